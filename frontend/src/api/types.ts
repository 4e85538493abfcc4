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

/** `hamlet.world.Level.describe()` (backend/hamlet/world/level.py): all that a page needs of a level. */
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
  currency: string | null;
  meters: LevelMeter[];
  actions: { name: string; dx: number; dy: number; kind: "move" | "interact" | "wait" }[];
  places: LevelPlace[];
  observation: LevelField[];
  cascades: { source: string; target: string; threshold: number; strength: number }[];
  /** depletion multiplier of each stage; one more stage follows, with the last multiplier and a sparse reward */
  curriculum: { multipliers: number[]; advance: number; retreat: number; entropy_gate: number };
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
  /** name of a meter colour token: var(--m-<hue>) */
  hue: string;
  lethal: boolean;
  unit: Record<string, unknown> | null;
}
export interface LevelPlace {
  index: number;
  name: string;
  title: string;
  icon: string;
  badge: string | null;
  /** name of the meter it mainly fills */
  serves: string | null;
  deployed: boolean;
  hours: [number, number] | null;
  cost: number;
  effects: Record<string, number>;
  ticks: number;
}
/** A slice of the observation vector. */
export interface LevelField {
  name: string;
  start: number;
  stop: number;
  low: number;
  high: number;
  labels: string[];
}
export type LevelSummary = Pick<Level, "name" | "title" | "summary"> & Partial<Level>;
