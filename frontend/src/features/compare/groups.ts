/** Several runs in one picture: seeds together, their mean and how sure it is, and every extreme. */
import type { components } from "@/api/schema";
import type { Run } from "@/api";

export type Overlay = components["schemas"]["OverlayOut"];

export const MOST_CURVES = 8;

/** Runs that differ in nothing but the seed: they say together what the settings do. */
export interface Group {
  key: string;
  name: string;
  runs: Run[];
}

const keyOf = (config: Record<string, unknown>): string =>
  JSON.stringify(Object.entries(config).filter(([name]) => name !== "seed").sort(([a], [b]) => (a < b ? -1 : 1)));

export function groupsOf(runs: readonly Run[]): Group[] {
  const groups = new Map<string, Group>();
  for (const run of runs) {
    const key = keyOf(run.config);
    const group = groups.get(key) ?? { key, name: run.name, runs: [] };
    group.runs.push(run);
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => (group.runs.length > 1 ? { ...group, name: `${group.name} +${group.runs.length - 1}` } : group));
}

/** The settings in which the groups differ, each with its value per group; the seed is not one of them. */
export function differences(groups: readonly Group[], all = false): { name: string; values: unknown[]; differs: boolean }[] {
  const names = new Set(groups.flatMap(({ runs }) => Object.keys(runs[0]!.config)));
  names.delete("seed");
  return [...names].sort().flatMap((name) => {
    const values = groups.map(({ runs }) => runs[0]!.config[name]);
    const differs = new Set(values.map((value) => JSON.stringify(value ?? null))).size > 1;
    return differs || all ? [{ name, values, differs }] : [];
  });
}

export interface Point {
  /** middle of the stretch */
  x: number;
  mean: number;
  /** the mean's 95 % interval over the seeds; null with a single one */
  interval: [low: number, high: number] | null;
  /** seeds that reach here */
  n: number;
  /** least and most of every measurement of every seed here; null where none was made */
  extremes: [low: number, high: number] | null;
}

/** The mean over a group's seeds, stretch by stretch. Between two measurements of a seed its line is straight. */
export function curveOf(group: Group, { curves, left, width }: Overlay): Point[] {
  const own = curves.filter(({ run }) => group.runs.some(({ id }) => id === run));
  const seeds = own.map(({ bins, mean }) => filled(bins, mean));
  const from = Math.min(...seeds.map(({ first }) => first));
  const to = Math.max(...seeds.map(({ first, values }) => first + values.length - 1));
  const lows = new Map<number, number>();
  const highs = new Map<number, number>();
  for (const { bins, low, high } of own) {
    bins.forEach((bin, i) => {
      lows.set(bin, Math.min(lows.get(bin) ?? Infinity, low[i]!));
      highs.set(bin, Math.max(highs.get(bin) ?? -Infinity, high[i]!));
    });
  }
  const points: Point[] = [];
  for (let bin = from; bin <= to; bin++) {
    const here = seeds.flatMap(({ first, values }) => values[bin - first] ?? []);
    if (!here.length) continue;
    const mean = here.reduce((sum, value) => sum + value, 0) / here.length;
    points.push({
      x: left + (bin + 0.5) * width,
      mean,
      interval: intervalOf(here, mean),
      n: here.length,
      extremes: lows.has(bin) ? [lows.get(bin)!, highs.get(bin)!] : null,
    });
  }
  return points;
}

/** A place on a curve at which its curriculum stage changes. */
export interface Turn {
  x: number;
  mean: number;
  /** the stage that begins */
  stage: number;
}

/** Where a group's stage changes, of several seeds the middle one's; what it begins with is no change. */
export function turnsOf(group: Group, { curves, left, width }: Overlay, curve: readonly Point[]): Turn[] {
  const seeds = curves.filter(({ run }) => group.runs.some(({ id }) => id === run)).map(({ bins, mean }) => new Map(bins.map((bin, i) => [bin, Math.round(mean[i]!)])));
  const places = [...new Set(seeds.flatMap((seed) => [...seed.keys()]))].sort((a, b) => a - b);
  const stages: (number | null)[] = seeds.map(() => null);
  const turns: Turn[] = [];
  let before: number | null = null;
  for (const bin of places) {
    seeds.forEach((seed, i) => (stages[i] = seed.get(bin) ?? stages[i]!));
    const known = stages.flatMap((stage) => stage ?? []).sort((a, b) => a - b);
    const stage: number = known[Math.floor((known.length - 1) / 2)]!;
    const x = left + (bin + 0.5) * width;
    const there = curve.find((point) => point.x >= x) ?? curve.at(-1);
    if (before !== null && stage !== before && there) turns.push({ x: there.x, mean: there.mean, stage });
    before = stage;
  }
  return turns;
}

function filled(bins: readonly number[], values: readonly number[]): { first: number; values: number[] } {
  const out: number[] = [];
  bins.forEach((bin, i) => {
    const before = bins[i - 1];
    for (let between = (before ?? bin) + 1; between < bin; between++) {
      out.push(values[i - 1]! + ((values[i]! - values[i - 1]!) * (between - before!)) / (bin - before!));
    }
    out.push(values[i]!);
  });
  return { first: bins[0] ?? 0, values: out };
}

/** Student's t, two-sided 95 %, for 1 to 30 degrees of freedom; beyond, the normal distribution is close enough. */
const T95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069,
  2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

export function intervalOf(values: readonly number[], mean: number): [number, number] | null {
  const n = values.length;
  if (n < 2) return null;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = (T95[n - 2] ?? 1.96) * Math.sqrt(variance / n);
  return [mean - half, mean + half];
}

/** The picture as a table: one row a stretch, for each curve its mean, interval, extremes and n. */
export function tableOf(groups: readonly Group[], curves: readonly Point[][], axis: string): (string | number | null)[][] {
  const head = [axis, ...groups.flatMap(({ name }) => ["mean", "95% low", "95% high", "least", "most", "n"].map((what) => `${name}: ${what}`))];
  const places = [...new Set(curves.flatMap((curve) => curve.map(({ x }) => x)))].sort((a, b) => a - b);
  const at = curves.map((curve) => new Map(curve.map((point) => [point.x, point])));
  return [
    head,
    ...places.map((x) => [
      x,
      ...at.flatMap((points) => {
        const point = points.get(x);
        return [point?.mean ?? null, point?.interval?.[0] ?? null, point?.interval?.[1] ?? null, point?.extremes?.[0] ?? null, point?.extremes?.[1] ?? null, point?.n ?? null];
      }),
    ]),
  ];
}
