import type { Level, LevelField } from "@/api";
import { format } from "@/ui";
import { inner, tr } from "@/words";

/** "obs[0:64]" */
export const slice = ({ start, stop }: LevelField): string => (stop - start === 1 ? `obs[${start}]` : `obs[${start}:${stop}]`);

/** What the numbers of a field mean, in a few words. */
export function meaning(field: LevelField, level: Level): string {
  const range = tr("from {low} to {high}", { low: format.plain(field.low), high: format.plain(field.high) });
  switch (field.name) {
    case "grid":
      return tr("{width} × {height} cells: 1 where a place stands, 1 more where the agent is", { width: level.width, height: level.height });
    case "window":
      return tr("{side} × {side} cells around the agent: 1 where a place stands", { side: 2 * (level.sight ?? 0) + 1 });
    case "position":
      return tr("x and y {range}", { range });
    case "meters":
      return `${level.meters.map(({ title }) => inner(title)).join(", ")} ${range}`;
    case "affordance_here":
      return tr("what it stands on, one of {n}, the last is nothing", { n: field.stop - field.start });
    case "time_sin":
      return tr("sine of the hour");
    case "time_cos":
      return tr("cosine of the hour");
    case "progress":
      return tr("ticks done of the activity under way, in tenths");
    case "lifetime":
      return tr("steps lived, as a share of {lifespan}", { lifespan: format.count(level.lifespan) });
    default:
      return `${field.labels.join(", ")} ${range}`;
  }
}
