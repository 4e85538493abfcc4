/** A moment that could be, as it stands in the address, and how answers to it are read. */
import type { Checkpoint, Level } from "@/api";
import { greedyOf, marginOf, maskAt } from "@/mind";
import type { Situation } from "@/mind";
import type { Choice, Life, Moment } from "@/wire";

/** "6.1.16.199.39.51…": cell, hour, steps lived, then the meters in hundredths */
export const writeSituation = ({ x, y, hour, step, meters }: Situation): string =>
  [x, y, hour, step, ...Array.from(meters, (value) => Math.round(value * 100))].join(".");

/** What `writeSituation` wrote, or null if it is none of this level's. */
export function readSituation(level: Level, text: string | null): Situation | null {
  const numbers = text?.split(".").map(Number) ?? [];
  if (numbers.length !== 4 + level.meters.length || !numbers.every((number) => Number.isInteger(number) && number >= 0)) return null;
  const [x, y, hour, step, ...hundredths] = numbers as [number, number, number, number, ...number[]];
  const fits = x < level.width && y < level.height && hour < level.hours_per_day && hundredths.every((value) => value <= 100);
  return fits ? { x, y, hour, step, progress: 0, meters: Float32Array.from(hundredths, (value) => value / 100) } : null;
}

/** The situation as a moment with the mind's choice; without one where nothing is allowed. */
export function imagined(level: Level, life: Life, at: Situation, q: Float32Array | null): Moment {
  const mask = maskAt(level, life.meta.layout, at);
  const greedy = q && greedyOf(q, mask);
  const bits = mask.reduce((sum, allowed, i) => sum | (allowed << i), 0);
  const choice: Choice | null = q && greedy !== null ? { action: greedy, greedy, random: false, mask: bits, q, reward: 0, intrinsic: 0, used: -1 } : null;
  return { t: at.step, x: at.x, y: at.y, hour: at.hour, progress: at.progress, meters: Float32Array.from(at.meters), choice };
}

export const POINTS = 21;

/** How the choice bends with one meter: the best action and its Q-value at each point from 0 to 1; null where nothing is allowed. */
export type Curve = readonly ({ action: number; value: number; margin: number } | null)[];

export function curveOf(level: Level, life: Life, situations: readonly Situation[], answers: Float32Array): Curve {
  const width = level.actions.length;
  return situations.map((at, i) => {
    const q = answers.subarray(i * width, (i + 1) * width);
    const mask = maskAt(level, life.meta.layout, at);
    const action = greedyOf(q, mask);
    return action === null ? null : { action, value: q[action]!, margin: marginOf(q, mask) };
  });
}

/** Stretches of a curve with one best action: from point, to point (both in). */
export function stretches(curve: Curve): { action: number | null; from: number; to: number }[] {
  const found: { action: number | null; from: number; to: number }[] = [];
  curve.forEach((point, i) => {
    const action = point?.action ?? null;
    const last = found.at(-1);
    if (last && last.action === action) last.to = i;
    else found.push({ action, from: i, to: i });
  });
  return found;
}

/** The last mind a run kept before this life ended; null if the life is older than all of them. */
export function mindOfThen(checkpoints: readonly Checkpoint[], life: number): Checkpoint | null {
  return checkpoints.findLast(({ episode }) => episode <= life) ?? null;
}
