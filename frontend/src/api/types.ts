import type { components } from "./schema";

type Schemas = components["schemas"];
export type Run = Schemas["RunOut"];
export type RunState = Run["state"];
export type Model = Schemas["ModelOut"];
export type ModelFormat = Model["format"];
export type Checkpoint = Schemas["CheckpointOut"];
export type Evaluation = Schemas["EvaluationOut"];
export type Recording = Schemas["EpisodeOut"];
export type Workers = Schemas["WorkersOut"];
export type Me = Schemas["MeOut"];

/** A run that still moves. */
export const isActive = (run: Pick<Run, "state">): boolean => ["queued", "training", "stopping"].includes(run.state);

/** `hamlet.world.Level.describe()` (backend/hamlet/world): all that a page needs of a level. */
export interface Level {
  name: string;
  title: string;
  summary: string;
  digest: string;
  width: number;
  height: number;
  /** how far the agent sees, in cells; null = the whole grid */
  sight: number | null;
  /** places have opening hours, activities take several ticks */
  temporal: boolean;
  hours_per_day: number;
  lifespan: number;
  meters: LevelMeter[];
  actions: { name: string; dx: number; dy: number }[];
  places: LevelPlace[];
  observation: LevelField[];
  cascades: { source: string; target: string; threshold: number; strength: number }[];
  /** measured mean survival in steps at multiplier 1.0 */
  floors: { random: number | null; wait: number | null };
}
export interface LevelMeter {
  name: string;
  title: string;
  start: number;
  depletion: number;
  tier: string;
  icon: string;
  hue: string;
  lethal: boolean;
  unit?: string | null;
}
export interface LevelPlace {
  index: number;
  name: string;
  title: string;
  icon: string;
  serves: string;
  deployed: boolean;
  hours: [number, number] | null;
  cost: number;
  effects: Record<string, number>;
  ticks: number;
}
export interface LevelField {
  name: string;
  start: number;
  stop: number;
  low: number;
  high: number;
  labels?: string[] | null;
}
export type LevelSummary = Pick<Level, "name" | "title" | "summary"> & Partial<Level>;
