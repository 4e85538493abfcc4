import type { Level, LevelField } from "@/api";
import { format } from "@/ui";

/** "obs[0:64]" */
export const slice = ({ start, stop }: LevelField): string => (stop - start === 1 ? `obs[${start}]` : `obs[${start}:${stop}]`);

/** What the numbers of a field mean, in a few words. */
export function meaning(field: LevelField, level: Level): string {
  const range = `from ${field.low} to ${field.high}`;
  switch (field.name) {
    case "grid":
      return `${level.width} × ${level.height} cells: 1 where a place stands, 1 more where the agent is`;
    case "window":
      return `${2 * (level.sight ?? 0) + 1} × ${2 * (level.sight ?? 0) + 1} cells around the agent: 1 where a place stands`;
    case "position":
      return `x and y ${range}`;
    case "meters":
      return `${level.meters.map(({ name }) => name).join(", ")} ${range}`;
    case "affordance_here":
      return `what it stands on, one of ${field.stop - field.start}, the last is nothing`;
    case "time_sin":
      return "sine of the hour";
    case "time_cos":
      return "cosine of the hour";
    case "progress":
      return "ticks done of the activity under way, in tenths";
    case "lifetime":
      return `steps lived, as a share of ${format.count(level.lifespan)}`;
    default:
      return `${field.labels.join(", ")} ${range}`;
  }
}
