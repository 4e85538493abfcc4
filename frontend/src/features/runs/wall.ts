/** Which runs hang on the wall and how, and the picture of one at a moment. Pure. */
import { isUnderWay } from "@/api";
import type { Run } from "@/api";
import type { Scene, Town } from "@/board";
import { sceneOf, tick } from "./glance";
import type { Glance } from "./glance";

export const MOST = 12;
/** A run's life moves on so often, ms; between two steps of one cell the agent glides. */
export const BEAT = 250;
const GLIDE = 200;

/** The runs that are named, in that order, or all that train, oldest first: a picture keeps its place when one is added. */
export function hung(runs: readonly Run[], named: readonly string[]): { shown: Run[]; left: number } {
  const wanted = named.length
    ? [...new Set(named)].map((id) => runs.find((run) => run.id === id)).filter((run) => run !== undefined)
    : runs.filter(isUnderWay).sort((a, b) => a.created_at.localeCompare(b.created_at));
  return { shown: wanted.slice(0, MOST), left: Math.max(0, wanted.length - MOST) };
}

export interface Space {
  width: number;
  height: number;
}

/** Around a picture's board, px: its name and figures above and below, its edges. */
const CAPTION = 118;
const EDGE = 38;

/** Columns of a wall of `n` pictures in a space of this size, px: those that leave the boards largest. */
export function columnsFor(n: number, { width, height }: Space): number {
  let best = 1;
  let largest = 0;
  for (let columns = 1; columns <= n; columns++) {
    const side = Math.min(width / columns - EDGE, height / Math.ceil(n / columns) - CAPTION);
    if (side > largest) [largest, best] = [side, columns];
  }
  return best;
}

/** One picture: the life on it, and from where the agent glides since when. */
export interface Hanging {
  glance: Glance;
  since: number;
  from: readonly [number, number] | null;
}

const cellOf = ({ stage, t }: Glance): readonly [number, number] | null => (stage && t < stage.length ? [stage.rows.x[t]!, stage.rows.y[t]!] : null);

/** The picture a beat later; the same one before its time. */
export function beat(hanging: Hanging, now: number): Hanging {
  if (now - hanging.since < BEAT) return hanging;
  const glance = tick(hanging.glance);
  if (glance === hanging.glance) return hanging;
  const [before, after] = [cellOf(hanging.glance), cellOf(glance)];
  const near = before && after && glance.stage?.number === hanging.glance.stage?.number && Math.abs(before[0] - after[0]) + Math.abs(before[1] - after[1]) === 1;
  return { glance, since: now, from: near ? before : null };
}

export const moving = ({ from, since }: Hanging, now: number): boolean => from !== null && now - since <= GLIDE;

export function pictureOf({ glance, from, since }: Hanging, town: Town, now: number, still: boolean): Scene | null {
  const scene = sceneOf(glance, town);
  if (!scene?.agent || !from || still) return scene;
  return { ...scene, agent: { ...scene.agent, from, glide: (now - since) / GLIDE } };
}
