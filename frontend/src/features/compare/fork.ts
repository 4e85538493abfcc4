/** Where two lives part, and only what can be known of it. */
import { lastMoment } from "@/wire";
import type { Life } from "@/wire";

/** What two lives do not share at their beginning. */
export type Start = "level" | "layout" | "cell" | "meters" | "hour" | "depletion";

export type Parting =
  /** they do not begin alike: no step can be called their fork */
  | { kind: "starts"; differ: Start[] }
  /** the first step at which they chose differently in the same state */
  | { kind: "fork"; t: number; a: number; b: number; x: number; y: number }
  /** the same choices, and yet another state: the rules around them differed */
  | { kind: "world"; t: number }
  /** step for step the same, as far as both go */
  | { kind: "same"; t: number };

export function partingOf(a: Life, b: Life): Parting {
  const differ = startsOf(a, b);
  if (differ.length) return { kind: "starts", differ };
  const both = Math.min(a.length, b.length);
  for (let t = 0; t < both; t++) {
    if (!sameState(a, b, t)) return { kind: "world", t };
    if (a.rows.action[t] !== b.rows.action[t]) return { kind: "fork", t, a: a.rows.action[t]!, b: b.rows.action[t]!, x: a.rows.x[t]!, y: a.rows.y[t]! };
  }
  return { kind: "same", t: both };
}

function startsOf(a: Life, b: Life): Start[] {
  if (!a.length || !b.length || a.meta.digest !== b.meta.digest) return ["level"];
  const differ: Start[] = [];
  const places = new Set([...Object.keys(a.meta.layout), ...Object.keys(b.meta.layout)]);
  if ([...places].some((name) => String(a.meta.layout[name]) !== String(b.meta.layout[name]))) differ.push("layout");
  if (a.rows.x[0] !== b.rows.x[0] || a.rows.y[0] !== b.rows.y[0]) differ.push("cell");
  if (!sameMeters(a, b, 0)) differ.push("meters");
  if (a.rows.hour[0] !== b.rows.hour[0]) differ.push("hour");
  if (a.meta.multiplier !== b.meta.multiplier) differ.push("depletion");
  return differ;
}

const sameMeters = (a: Life, b: Life, t: number): boolean => {
  const { meters } = a.width;
  for (let m = 0; m < meters; m++) if (a.rows.meters[t * meters + m] !== b.rows.meters[t * meters + m]) return false;
  return true;
};
const sameState = (a: Life, b: Life, t: number): boolean =>
  (["x", "y", "hour", "progress"] as const).every((column) => a.rows[column][t] === b.rows[column][t]) && sameMeters(a, b, t);

/** Steps the picture of both spans: the longer one, and a little room for how it ended. */
export const spanOfBoth = (a: Life | null, b: Life | null): number => {
  const longest = Math.max(1, ...[a, b].map((life) => (life ? lastMoment(life) : 0)));
  return longest + Math.max(2, Math.ceil(longest * 0.03));
};
