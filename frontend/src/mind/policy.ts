/** What a mind would do, put as questions to it, and its answers read. */
import type { Level } from "@/api";
import type { Layout, PolicyCell } from "@/board";
import { maskAt, observe } from "./observe";
import type { Situation } from "./observe";

/** The best allowed action (the first of equals, as everywhere), or null where nothing is allowed. */
export function greedyOf(q: ArrayLike<number>, mask: ArrayLike<number>): number | null {
  let best: number | null = null;
  for (let i = 0; i < q.length; i++) if (mask[i] && (best === null || q[i]! > q[best]!)) best = i;
  return best;
}

/** How much better the best allowed action is than the second; 0 where there is no second. */
export function marginOf(q: ArrayLike<number>, mask: ArrayLike<number>): number {
  const [best, second] = Array.from(q)
    .filter((_, i) => mask[i])
    .sort((a, b) => b - a);
  return best === undefined || second === undefined ? 0 : best - second;
}

/** The agent as it is, in every cell, row by row. In another cell than its own a use begins anew. */
export function everywhere(level: Level, at: Situation): Situation[] {
  return Array.from({ length: level.width * level.height }, (_, cell) => {
    const x = cell % level.width;
    const y = Math.floor(cell / level.width);
    return x === at.x && y === at.y ? at : { ...at, x, y, progress: 0 };
  });
}

/** The agent as it is, but one meter at each of `points` values from 0 to 1. */
export function along(at: Situation, meter: number, points: number): Situation[] {
  return Array.from({ length: points }, (_, i) => {
    const meters = Float32Array.from(at.meters);
    meters[meter] = i / (points - 1);
    return { ...at, meters };
  });
}

/** The observations of these situations, one after the other. */
export function seen(level: Level, layout: Layout, situations: readonly Situation[]): Float32Array {
  const width = level.observation.at(-1)?.stop ?? 0;
  const all = new Float32Array(situations.length * width);
  situations.forEach((at, i) => all.set(observe(level, layout, at), i * width));
  return all;
}

/** The answers to `everywhere` as the board draws them. */
export function policyOf(level: Level, layout: Layout, situations: readonly Situation[], answers: Float32Array): (PolicyCell | null)[] {
  const width = level.actions.length;
  const cells = situations.map((at, i) => {
    const q = answers.subarray(i * width, (i + 1) * width);
    const mask = maskAt(level, layout, at);
    const action = greedyOf(q, mask);
    return action === null ? null : { action, value: q[action]!, margin: marginOf(q, mask) };
  });
  const surest = Math.max(...cells.map((cell) => cell?.margin ?? 0));
  return cells.map((cell) => {
    if (!cell) return null;
    const { dx, dy, kind } = level.actions[cell.action]!;
    return { ...cell, dx, dy, kind, sure: surest > 0 ? cell.margin / surest : 0 };
  });
}
