import type { Scene, Town } from "@/board";
import { begin, extend, lastMoment, momentOf } from "@/wire";
import type { Frame, Life } from "@/wire";

/** What a card shows of a run: one life on stage at moment `t`, and the newest that waits to follow it. */
export interface Glance {
  stage: Life | null;
  t: number;
  next: Life | null;
}

export const NOTHING: Glance = { stage: null, t: 0, next: null };

/** A life is over in so many pictures at the most: twelve seconds at four a second. */
const PICTURES = 48;
const TRAIL = 10;

/** A frame has come. Lives whose beginning was missed are left out. */
export function receive(glance: Glance, frame: Frame): Glance {
  if (frame.seq === 0) {
    const life = begin(frame);
    return glance.stage ? { ...glance, next: life } : { stage: life, t: 0, next: null };
  }
  const grown = (life: Life | null) => (life && extend(life, frame)) ?? life;
  return { ...glance, stage: grown(glance.stage), next: grown(glance.next) };
}

/** A picture later. A finished life plays through in quick steps, one that is still lived is followed at its edge. */
export function tick(glance: Glance): Glance {
  const { stage, t, next } = glance;
  if (!stage) return glance;
  const last = lastMoment(stage);
  if (t >= last) return next && lastMoment(next) >= 0 && (stage.end || next.number > stage.number) ? { stage: next, t: 0, next: null } : glance;
  const stride = stage.end ? Math.max(1, Math.ceil(stage.length / PICTURES)) : last - t;
  return { ...glance, t: Math.min(last, t + stride) };
}

/** The picture of it; null while nobody is on stage. */
export function sceneOf({ stage, t }: Glance, town: Town): Scene | null {
  if (!stage || lastMoment(stage) < 0) return null;
  const moment = momentOf(stage, Math.min(t, lastMoment(stage)));
  const trail = [];
  for (let i = Math.max(0, moment.t - TRAIL); i < moment.t; i++) trail.push({ x: stage.rows.x[i]!, y: stage.rows.y[i]!, random: stage.rows.random[i] === 1 });
  return {
    town,
    layout: stage.meta.layout,
    hour: town.day === null ? null : moment.hour,
    agent: { x: moment.x, y: moment.y, from: [moment.x, moment.y], glide: 1, toward: [0, 0], state: !moment.choice && stage.end?.cause === "death" ? "dead" : "alive", ring: null },
    trail,
    heat: null,
    sight: false,
  };
}
