import type { Config } from "./settings";

const number = (value: unknown) => (typeof value === "number" ? value : 0);

/** hamlet.learning.exploration.epsilon_at: a straight line over the first epsilon_fraction of the run, then flat. */
export function epsilonAt(config: Config, progress: number): number {
  const [start, end, fraction] = [number(config["epsilon_start"]), number(config["epsilon_end"]), number(config["epsilon_fraction"])];
  if (fraction <= 0) return end;
  return start + Math.min(progress / fraction, 1) * (end - start);
}

/** Share of the run after which fewer than half of the steps are random; null if that is never so, or always. */
export function halfAt(config: Config): number | null {
  const [start, end, fraction] = [number(config["epsilon_start"]), number(config["epsilon_end"]), number(config["epsilon_fraction"])];
  if (start <= 0.5 || end >= 0.5 || fraction <= 0) return null;
  return ((start - 0.5) / (start - end)) * fraction;
}
