import type { Run } from "@/api";
import type { Config } from "./settings";

/** Finished runs on the same level with the same learner and network: what they came to is what one may expect. */
export function similar(runs: readonly Run[], config: Config, network: string): Run[] {
  return runs.filter((run) => run.state === "finished" && run.level === config["level"] && run.learner === config["learner"] && run.network === network);
}

export interface Expectation {
  runs: number;
  /** smallest and largest best examination, in steps */
  survival: [number, number] | null;
  /** seconds of training for the budget, at their middle speed */
  seconds: number | null;
}

export function expectation(runs: readonly Run[], steps: number): Expectation {
  const best = runs.map((run) => run.best).filter((value): value is number => value !== null);
  const speeds = runs
    .map((run) => run.steps_per_second)
    .filter((value): value is number => value !== null && value > 0)
    .sort((a, b) => a - b);
  const speed = speeds[Math.floor(speeds.length / 2)];
  return {
    runs: runs.length,
    survival: best.length ? [Math.round(Math.min(...best)), Math.round(Math.max(...best))] : null,
    seconds: speed && steps > 0 ? steps / speed : null,
  };
}
