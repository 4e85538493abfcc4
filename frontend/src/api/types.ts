import type { components } from "./schema";

type Schemas = components["schemas"];
export type Run = Schemas["RunOut"];
export type RunState = Run["state"];
export type Model = Schemas["ModelOut"];
export type ModelFormat = Model["format"];
/** A model that someone brought along. */
export type Upload = Schemas["UploadOut"];
/** What an examination measured, of a run's model or of an uploaded one. */
export type Exam = Schemas["ExamOut"];
export type Checkpoint = Schemas["CheckpointOut"];
export type Evaluation = Schemas["EvaluationOut"];
export type Recording = Schemas["EpisodeOut"];
export type Bookmark = Schemas["BookmarkOut"];
/** A film of a recorded life. */
export type Clip = Schemas["ClipOut"];
export type Clips = Schemas["Clips"];
export type Workers = Schemas["WorkersOut"];
export type Me = Schemas["MeOut"];
export type Classroom = Schemas["ClassDetailOut"];
export type Member = Schemas["MemberOut"];
/** Lets a program do what its person may do. */
export type Token = Schemas["TokenOut"];
export type TokenMade = Schemas["TokenMadeOut"];
/** Where news of runs is sent to. */
export type Webhook = Schemas["WebhookOut"];
export type WebhookMade = Schemas["WebhookMadeOut"];
export type LoginCard = Schemas["LoginCardOut"];

/** What one may use of the lab in one's class, and has used. */
export type FairUse = Schemas["FairUseOut"];
/** The most that runs of a class may use. */
export type ClassLimits = Schemas["ClassLimitsOut"];

/** Whether they may pause, stop, pace, rename and delete the run: their own, and whoever looks after classes those they see. */
export const maySteer = (me: Me | undefined, run: Pick<Run, "owner_id">): boolean => me?.crew === true || (me?.launches === true && me.id === run.owner_id);

/** What one may tell a run to do. Each address in full, since the client types the answer by it. */
export const STEERING = { pause: "/api/v1/runs/{id}/pause", resume: "/api/v1/runs/{id}/resume", stop: "/api/v1/runs/{id}/stop" } as const;

/** A run that still moves; a paused one does not, and has not ended. */
export const isActive = (run: Pick<Run, "state">): boolean => ["queued", "training", "pausing", "stopping"].includes(run.state);

export const hasEnded = (run: Pick<Run, "state">): boolean => ["finished", "stopped", "failed"].includes(run.state);

/** A run that can be paused. */
export const isPausable = (run: Pick<Run, "state">): boolean => run.state === "queued" || run.state === "training";

/** A run that waits for someone who resumes it, or is about to. */
export const isResting = (run: Pick<Run, "state">): boolean => run.state === "pausing" || run.state === "paused";

/** A run that has begun and not ended: it trains, or waits for its next turn between two slices. */
export const isUnderWay = (run: Pick<Run, "state" | "steps">): boolean => isActive(run) && (run.state !== "queued" || run.steps > 0);

/** `hamlet.world.Level.describe()`: all that a page needs of a level. */
export type Level = Schemas["LevelOut"];
export type LevelSummary = Schemas["LevelSummaryOut"];
export type LevelMeter = Schemas["MeterOut"];
export type LevelPlace = Schemas["PlaceOut"];
/** A slice of the observation vector. */
export type LevelField = Schemas["ObservationFieldOut"];
/** All settings a run may have, the recipes, and the limits. */
export type Settings = Schemas["SettingsOut"];
export type Preset = Schemas["PresetOut"];
