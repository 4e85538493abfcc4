import type { Evaluation, Level, Model, Recording, Run } from "@/api";
import levels from "./fixtures/levels.json";
import own from "./fixtures/own.json";

/** Real levels, written by tools/export.py, each with the number of weights torch counts for its networks. */
export const LEVELS = levels as unknown as Record<string, { level: Level; weights: Record<string, number> }>;
export const TOWN = LEVELS["L1_full_observability"]!.level;
export const DAY_AND_NIGHT = LEVELS["L3_temporal_mechanics"]!.level;
/** A level somebody wrote: five meters, twelve cells by six, a day of twelve hours, no money. */
export const HARBOUR = own as unknown as Level;

export const exam = (survived: number[], causes: Record<string, number> = { satiation: 3, social: 1 }): Evaluation => {
  const sorted = [...survived].sort((a, b) => a - b);
  return {
    steps: 2_750_000,
    episodes: 12_041,
    lives: survived.length,
    mean: survived.reduce((a, b) => a + b, 0) / survived.length,
    median: sorted[Math.floor(sorted.length / 2)]!,
    p10: sorted[Math.floor(sorted.length / 10)]!,
    share_retired: survived.filter((steps) => steps >= 1000).length / survived.length,
    causes,
    best: true,
    survived,
  };
};

export const modelFile = (changes: Partial<Model> = {}): Model => ({
  id: "m1",
  run: "r1",
  checkpoint: "c1",
  episode: 12_041,
  format: "safetensors",
  precision: "float32",
  file: "heron-42_ep12041.safetensors",
  bytes: 119_404,
  sha256: "9f2c41d07ab85e3366c0d1b7f4e89a52c7703e6bd1f84a9925de60b8173f4ac1",
  created_at: "2026-11-24T10:00:00Z",
  downloads: 47,
  evaluation: exam([120, 340, 420, 1000]),
  checkpoint_bytes: 1_310_000,
  ...changes,
});

export const run = (changes: Partial<Run> = {}): Run => ({
  id: "r1",
  name: "heron-42",
  notes: "",
  tags: [],
  fork: null,
  level: "L1_full_observability",
  level_title: "The whole town",
  network: "simple",
  learner: "pqn",
  seed: 62,
  state: "training",
  message: "",
  paused_by: null,
  paused_at: null,
  place: null,
  wait: null,
  owner: "polonius",
  owner_id: 1,
  classroom: null,
  bell_at: null,
  config: { level: "L1_full_observability", learning_rate: 0.0005 },
  progress: 0.58,
  steps: 1_740_000,
  steps_budget: 3_000_000,
  episodes: 9_000,
  epsilon: 0.14,
  stage: null,
  multiplier: 1,
  steps_per_second: 42_000,
  pace: null,
  best: 412.3,
  best_episode: 8_200,
  last: 371.2,
  spark: [80, 200, 371.2],
  viewers: 23,
  created_at: "2026-11-24T10:00:00Z",
  started_at: "2026-11-24T10:00:02Z",
  finished_at: null,
  model: null,
  ...changes,
});

/** A recorded life, as the list of them tells. */
export const kept = (episode: number, steps: number, ...reasons: string[]): Recording => ({
  episode,
  steps,
  reasons,
  return: steps,
  cause: "death",
  died_of: "energy",
  root: "energy",
  stage: null,
  multiplier: 1,
  epsilon: 0.5,
  at: 0,
  bytes: 1000,
});
