/** The learning curve as geometry: survival with its spread, ε, stages, examinations. */
import type { Evaluation } from "@/api";
import type { Columns } from "./queries";

export type XAxis = "steps" | "episodes";

export interface Point {
  x: number;
  y: number;
}
export interface Curve {
  mean: Point[];
  /** 10th and 90th percentile of the lives of each stretch */
  band: { x: number; low: number; high: number }[];
  epsilon: Point[];
  exams: (Point & { best: boolean })[];
  /** stretches of one stage, from..to */
  stages: { stage: number; from: number; to: number }[];
  /** right end of the axis, and its top: steps survived */
  right: number;
  top: number;
}

const TOPS = [20, 50, 100, 150, 200, 300, 400, 500, 600, 800, 1000];

/** A round number that holds `value`. */
export const roundTop = (value: number): number => {
  const scale = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(value, 1))) - 2);
  return TOPS.map((top) => top * scale).find((top) => top >= value) ?? value;
};

/** A number or null, from a column that may be missing. */
const at = (columns: Columns, name: string, i: number): number | null => columns[name]?.[i] ?? null;

export function curveOf(columns: Columns, exams: readonly Evaluation[], x: XAxis, budget: number, floor: number | null, lifespan = Infinity): Curve {
  const rows = columns["steps"]?.length ?? 0;
  const curve: Curve = { mean: [], band: [], epsilon: [], exams: [], stages: [], right: x === "steps" ? budget : 1, top: 20 };
  let highest = floor ?? 0;
  for (let i = 0; i < rows; i++) {
    const X = at(columns, x, i);
    if (X === null) continue;
    if (x === "episodes") curve.right = Math.max(curve.right, X);
    const mean = at(columns, "survival_mean", i);
    if (mean !== null) {
      curve.mean.push({ x: X, y: mean });
      const low = at(columns, "survival_p10", i);
      const high = at(columns, "survival_p90", i);
      if (low !== null && high !== null) curve.band.push({ x: X, low, high });
      highest = Math.max(highest, high ?? mean, mean);
    }
    const epsilon = at(columns, "epsilon", i);
    if (epsilon !== null) curve.epsilon.push({ x: X, y: epsilon });
    const stage = at(columns, "stage", i);
    const open = curve.stages.at(-1);
    if (stage === null) continue;
    if (open?.stage === stage) open.to = X;
    else curve.stages.push({ stage, from: open?.to ?? 0, to: X });
  }
  for (const exam of [...exams].sort((a, b) => a.steps - b.steps)) {
    curve.exams.push({ x: x === "steps" ? exam.steps : exam.episodes, y: exam.mean, best: false });
    highest = Math.max(highest, exam.mean);
  }
  const best = curve.exams.reduce<Curve["exams"][number] | null>((most, one) => (!most || one.y > most.y ? one : most), null);
  if (best) best.best = true;
  // Nobody lives longer than the lifespan: the axis need not go on.
  curve.top = highest <= lifespan ? Math.min(roundTop(highest * 1.04), lifespan) : roundTop(highest);
  return curve;
}

/** The running mean of each point and the ones before it, over a sixtieth of the points: what the eye should follow. */
export function smoothed(points: readonly Point[]): Point[] {
  const window = Math.max(1, Math.round(points.length / 60));
  let sum = 0;
  return points.map(({ x, y }, i) => {
    sum += y - (i >= window ? points[i - window]!.y : 0);
    return { x, y: sum / Math.min(i + 1, window) };
  });
}

/** At most `limit` points that keep the shape: of each bucket the first, the least, the largest and the last (M4). */
export function thinned<T extends { x: number }>(points: readonly T[], limit: number, y: (point: T) => number): T[] {
  if (points.length <= limit) return [...points];
  const buckets = Math.max(1, Math.floor(limit / 4));
  const out: T[] = [];
  for (let b = 0; b < buckets; b++) {
    const part = points.slice(Math.floor((b * points.length) / buckets), Math.floor(((b + 1) * points.length) / buckets));
    const least = part.reduce((one, other) => (y(other) < y(one) ? other : one));
    const most = part.reduce((one, other) => (y(other) > y(one) ? other : one));
    out.push(...[...new Set([part[0]!, least, most, part.at(-1)!])].sort((one, other) => one.x - other.x));
  }
  return out;
}
