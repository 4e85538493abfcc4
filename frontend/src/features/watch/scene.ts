import type { Level } from "@/api";
import type { Footstep, Layout, Scene, Town } from "@/board";
import { momentOf } from "@/wire";
import type { Life } from "@/wire";
import { visitsOf } from "./facts";
import { followsEdge, STEPS_PER_SECOND } from "./store";
import type { Watch } from "./store";

/** visits and novelty are of all lanes, as counted by the newest checkpoint */
export type Field = "heat" | "visits" | "novelty" | "policy" | "sight";
export interface Overlays {
  trail: boolean;
  /** one field at a time, over the trail */
  field: Field | null;
}

const TRAIL = 16;
const LONGEST_GLIDE = 200;
/** Above this many steps a second the pawn jumps: a glide would only smear it. */
const GLIDES_UP_TO = 12;

/** Ticks done of a use that takes several, as the ring shows them: also full, in the step after the last tick. */
export function ringOf(life: Life, t: number, town: Town): { done: number; of: number } | null {
  const { rows } = life;
  const now = t < life.length ? rows.progress[t]! : 0;
  const used = t > 0 ? rows.place[t - 1]! : -1;
  const last = used >= 0 ? town.places.find(({ index }) => index === used) : undefined;
  if (last && last.ticks > 1 && now === 0) return { done: last.ticks, of: last.ticks };
  if (!now) return null;
  const here = town.places.find(({ name }) => {
    const at = (life.meta.layout as Layout)[name];
    return at && at[0] === rows.x[t] && at[1] === rows.y[t];
  });
  return here && here.ticks > 1 ? { done: now, of: here.ticks } : null;
}

function trailOf(life: Life, t: number): Footstep[] {
  const trail: Footstep[] = [];
  for (let i = Math.max(0, t - TRAIL); i < t; i++) trail.push({ x: life.rows.x[i]!, y: life.rows.y[i]!, random: life.rows.random[i] === 1 });
  return trail;
}

/** The picture of the stage at `now`; null while nobody is on it. */
export function sceneOf(w: Watch, level: Level, town: Town, overlays: Overlays, now: number, still: boolean): Scene | null {
  const life = w.stage;
  if (!life) return null;
  const moment = momentOf(life, w.t);
  const action = moment.choice && level.actions[moment.choice.action];
  const rate = followsEdge(w) ? (life.meta.pace ?? Infinity) : w.speed * STEPS_PER_SECOND;
  const glides = !still && w.from !== null && (!w.playing || rate <= GLIDES_UP_TO);
  const before = glides ? momentOf(life, w.from!) : moment;
  const glide = glides ? (now - w.since) / Math.min(LONGEST_GLIDE, w.playing ? 800 / rate : LONGEST_GLIDE) : 1;
  return {
    town,
    layout: life.meta.layout,
    hour: town.day === null ? null : moment.hour,
    agent: {
      x: moment.x,
      y: moment.y,
      from: [before.x, before.y],
      glide,
      toward: action ? [action.dx, action.dy] : [0, 0],
      state: !moment.choice && life.end?.cause === "death" ? "dead" : "alive",
      ring: ringOf(life, w.t, town),
    },
    trail: overlays.trail ? trailOf(life, w.t) : [],
    heat: overlays.field === "heat" ? visitsOf(life, level.width, level.height, w.t) : null,
    sight: overlays.field === "sight",
  };
}
