/** From values to places in the picture. */
import { format } from "@/ui";
import type { Axis } from "./look";
import type { Point } from "./groups";

export interface Scale {
  left: number;
  right: number;
  low: number;
  high: number;
  /** pixels of the plot's upper and lower edge */
  top: number;
  foot: number;
  X: (x: number) => number;
  Y: (y: number) => number;
  valueAt: (pixel: number) => number;
}

interface Frame {
  left: number;
  right: number;
  width: number;
  height: number;
  margin: { left: number; right: number; top: number; foot: number };
}

/** A scale that holds every extreme. It begins at nothing where nothing is near, and where what is measured is never less: of few
 * seeds an interval may end far below. */
export function scaleOf(curves: readonly (readonly Point[])[], { left, right, width, height, margin }: Frame): Scale {
  let low = Infinity;
  let high = -Infinity;
  let least = Infinity;
  for (const curve of curves) {
    for (const { mean, interval, extremes } of curve) {
      least = Math.min(least, mean, extremes?.[0] ?? mean);
      low = Math.min(low, mean, interval?.[0] ?? mean, extremes?.[0] ?? mean);
      high = Math.max(high, mean, interval?.[1] ?? mean, extremes?.[1] ?? mean);
    }
  }
  if (!Number.isFinite(low)) [low, high] = [0, 1];
  if (least >= 0 && low < high * 0.5) low = 0;
  if (low === high) [low, high] = [low - Math.max(Math.abs(low) * 0.1, 1e-6), high + Math.max(Math.abs(high) * 0.1, 1e-6)];
  const ticks = ticksOf(low, high, 6);
  const gap = ticks.length > 1 ? ticks[1]! - ticks[0]! : high - low;
  low = Math.floor(low / gap + 1e-9) * gap;
  high = Math.ceil(high / gap - 1e-9) * gap;
  const span = Math.max(1, width - margin.left - margin.right);
  const foot = height - margin.foot;
  const X = (x: number) => margin.left + ((x - left) / (right - left)) * span;
  const Y = (y: number) => margin.top + (1 - (y - low) / (high - low)) * (foot - margin.top);
  return { left, right, low, high, top: margin.top, foot, X, Y, valueAt: (pixel) => left + ((pixel - margin.left) / span) * (right - left) };
}

/** Round numbers from `low` to `high`, about `count` of them. */
export function ticksOf(low: number, high: number, count: number): number[] {
  const rough = (high - low) / Math.max(1, count - 1);
  if (!(rough > 0)) return [low];
  const unit = 10 ** Math.floor(Math.log10(rough));
  const gap = [1, 2, 2.5, 5, 10].map((k) => k * unit).find((each) => each >= rough * 0.999)!;
  const ticks: number[] = [];
  for (let i = Math.ceil(low / gap - 1e-9); i * gap <= high + gap * 1e-9; i++) ticks.push(Number((i * gap).toPrecision(12)));
  return ticks;
}

/** "240 k" steps, "1,200" lives, "3 min" of training */
export function shortOf(value: number, axis: Axis): string {
  if (axis === "time") {
    const s = value / 1_000;
    if (s < 120) return `${format.precise(s, 3)} s`;
    return s < 7_200 ? `${format.precise(s / 60, 3)} min` : `${format.precise(s / 3_600, 3)} h`;
  }
  if (value >= 1e9) return `${format.precise(value / 1e9, 3)} G`;
  if (value >= 1e6) return `${format.precise(value / 1e6, 3)} M`;
  return value >= 1e4 ? `${format.precise(value / 1e3, 3)} k` : format.count(Math.round(value));
}

const LABEL = 17;

/** Where the names stand at the curves' ends: each as near to its end as its neighbours let it, none over another. */
export function placeLabels(wanted: readonly (number | null)[], top: number, foot: number): (number | null)[] {
  const order = wanted.flatMap((y, i) => (y === null ? [] : [{ i, y }])).sort((a, b) => a.y - b.y);
  let free = top;
  for (const label of order) {
    label.y = Math.max(label.y, free);
    free = label.y + LABEL;
  }
  let limit = foot;
  for (const label of order.reverse()) {
    label.y = Math.min(label.y, limit);
    limit = label.y - LABEL;
  }
  const placed: (number | null)[] = wanted.map(() => null);
  for (const { i, y } of order) placed[i] = y;
  return placed;
}
