/**
 * What the Watch page shows, and how it changes: by what is heard (`receive`), by time (`tick`), by the viewer's hand.
 * Pure functions of a state; they know no React and no socket. Times are the page's clock (`pageNow`), ms.
 *
 * One life is on stage, at most one waits. At full speed lives end faster than anyone can look: the newest whole life
 * replaces the one waiting, and those that never came on stage are counted. When the stage is free, the life being lived
 * just now goes on before one that waits: it is played from its birth while it grows. In a paced run the stage follows
 * the trainer's edge.
 */
import { answered, begin, extend, lastMoment, newClock, offsetOf } from "@/wire";
import type { Clock, Frame, Life, Link } from "@/wire";

export type Speed = 0.25 | 1 | 4 | 16;
/** each speed and its key */
export const SPEEDS: readonly (readonly [key: string, speed: Speed])[] = [
  ["0", 0.25],
  ["1", 1],
  ["2", 4],
  ["3", 16],
];

/** Steps per second at 1×: slow enough to say each one aloud. 4× can be followed by eye, 16× shows the shape of a life. */
export const STEPS_PER_SECOND = 2;

/** How long a finished life stays before the next one, ms. */
export const holdOf = (speed: Speed): number => (speed === 16 ? 1_500 : 3_000);
/** In the last part of that time a life that has just ended goes on at once: it could not be fresher. */
const FRESH = 1_000;
/** Time that passed unseen (a hidden tab) is not played back. */
const LONGEST_TICK = 250;
const SHELF = 8;
const DELAY_WINDOW = 5_000;

/** One measurement: what the trainer's clock said at the step (or the life's end), and when this page had painted it. */
export interface Paint {
  stamp: number;
  painted: number;
}

export interface Watch {
  clock: Clock;
  link: Link;
  /** the life that comes in from the air */
  incoming: Life | null;
  /** the newest whole life that has not been on stage */
  waiting: Life | null;
  /** number of the newest life heard of, or -1, and when the last frame came */
  heard: number;
  heardAt: number;
  /** the life on stage */
  stage: Life | null;
  /** the moment on stage, and when it came */
  t: number;
  since: number;
  /** the moment before it, if the stage came here by a single step */
  from: number | null;
  /** false once the viewer goes their own way */
  follow: boolean;
  playing: boolean;
  speed: Speed;
  /** the life on stage was asked for, and the one that was there before */
  replay: { aside: Life | null; loop: boolean } | null;
  /** furthest moment shown of the life on stage */
  reached: number;
  /** lives of the watched lane that went by between the last one on stage and this one */
  passed: number;
  /** lives that were on stage, oldest first */
  shelf: readonly Life[];
  /** what the next painting of the stage measures: the trainer's stamp */
  due: number | null;
  /** frames of the life on stage whose painting has been measured */
  measured: number;
  paints: readonly Paint[];
}

export const newWatch = (now: number): Watch => ({
  clock: newClock,
  link: { state: "connecting", since: now },
  incoming: null,
  waiting: null,
  heard: -1,
  heardAt: now,
  stage: null,
  t: 0,
  since: now,
  from: null,
  follow: true,
  playing: true,
  speed: 4,
  replay: null,
  reached: 0,
  passed: 0,
  shelf: [],
  due: null,
  measured: 0,
  paints: [],
});

const paceOf = (life: Life): number | null => life.meta.pace ?? null;
/** The stage keeps to the trainer's own pace, whatever the speed. */
export const followsEdge = (w: Watch): boolean => w.follow && !w.replay && w.stage !== null && paceOf(w.stage) !== null;
const visible = (life: Life): boolean => lastMoment(life) >= 0;
export const isOver = (w: Watch): boolean => w.stage?.end != null && w.t === lastMoment(w.stage);
const onHold = (w: Watch): boolean => isOver(w) && w.playing && !w.replay;

// ------------------------------------------------------------------------------------------------ what is heard

export const linked = (w: Watch, link: Link): Watch => ({ ...w, link });

export const ponged = (w: Watch, sent: number, server: number, received: number): Watch => ({
  ...w,
  clock: answered(w.clock, sent, server, received),
});

/** A frame from the air. A frame that does not follow breaks the life off: the air's next life begins anew. */
export function receive(w: Watch, frame: Frame, now: number): Watch {
  const known = w.incoming;
  const same = known?.run === frame.run && known.number === frame.episode;
  if (same && frame.seq > 0 && frame.seq < known.seq) return w;
  const life = frame.seq === 0 ? begin(frame) : known && extend(known, frame);
  const next: Watch = { ...w, incoming: life, heard: Math.max(w.heard, frame.episode), heardAt: now };
  return life ? air(next, life, now) : next;
}

function air(w: Watch, life: Life, now: number): Watch {
  if (!visible(life)) return w;
  if (!w.stage) return enter(w, life, now);
  if (life.number === w.stage.number && life.run === w.stage.run) {
    // After a break the life on the air comes again from its start; what is shown only ever grows.
    return life.length >= w.stage.length && !w.stage.end ? { ...w, stage: life } : w;
  }
  if (w.replay?.aside && life.number === w.replay.aside.number) {
    return life.length >= w.replay.aside.length ? { ...w, replay: { ...w.replay, aside: life } } : w;
  }
  if (paceOf(life) !== null && w.follow && !w.replay) return enter(w, life, now);
  const free = onHold(w) ? now - w.since - holdOf(w.speed) : -Infinity;
  if (free >= (life.end ? -FRESH : 0)) return enter(w, life, now);
  return life.end ? { ...w, waiting: life } : w;
}

/** What goes on stage next: the life being lived just now, or the newest whole one. */
export function nextUp(w: Watch): Life | null {
  const { incoming, waiting } = w;
  const lived = incoming && !incoming.end && visible(incoming) && incoming.number > (waiting?.number ?? -1) ? incoming : null;
  const there = w.replay ? w.replay.aside : w.stage;
  const next = lived ?? waiting;
  return next && (!there || next.number > there.number) ? next : null;
}

/** A life comes on stage, from the air. */
function enter(w: Watch, life: Life, now: number): Watch {
  const before = w.replay ? w.replay.aside : w.stage;
  const edge = paceOf(life) !== null;
  return {
    ...w,
    ...stageAt(life, edge ? lastMoment(life) : 0, now),
    waiting: w.waiting && w.waiting.number > life.number ? w.waiting : null,
    follow: true,
    playing: true,
    replay: null,
    passed: before && life.number > before.number ? life.number - before.number - 1 : (life.meta.passed ?? 0),
    shelf: shelved(w, before),
    due: life.end?.at ?? null,
  };
}

const stageAt = (life: Life, t: number, now: number) => ({ stage: life, t, since: now, from: null, reached: t, due: null, measured: 0 });

const shelved = (w: Watch, life: Life | null): readonly Life[] =>
  life?.end ? [...w.shelf.filter((kept) => kept.number !== life.number), life].slice(-SHELF) : w.shelf;

// ------------------------------------------------------------------------------------------------ what time brings

/** The state at `now`; the same object if nothing has changed. */
export function tick(w: Watch, now: number): Watch {
  if (!w.stage || !w.playing) return w;
  const last = lastMoment(w.stage);
  if (w.t < last) {
    if (followsEdge(w)) return reach(w, Math.min(last, w.t + Math.max(1, Math.ceil((last - w.t) / 6))), now, now);
    const rate = (w.speed * STEPS_PER_SECOND) / 1_000;
    const steps = Math.floor((now - w.since) * rate);
    if (steps < 1) return w;
    if (steps > 1 + LONGEST_TICK * rate) return reach(w, w.t + 1, now, now);
    const t = Math.min(last, w.t + steps);
    return reach(w, t, now, t === last ? now : w.since + steps / rate);
  }
  if (w.stage.end) return afterwards(w, now);
  // At the edge of a life that will not grow any more, because the air went on without it.
  const next = w.incoming?.number !== w.stage.number && !w.replay ? nextUp(w) : null;
  return next ? enter(w, next, now) : w;
}

function reach(w: Watch, t: number, now: number, since: number): Watch {
  return { ...w, t, since: Math.min(since, now), from: t === w.t + 1 ? w.t : null, reached: Math.max(w.reached, t) };
}

/** The life is over: after a while the next one, or the same again. */
function afterwards(w: Watch, now: number): Watch {
  if (now - w.since < holdOf(w.speed)) return w;
  if (w.replay) return w.replay.loop ? { ...w, t: 0, since: now, from: null } : { ...w, playing: false };
  const next = nextUp(w);
  return next ? enter(w, next, now) : w;
}

// ------------------------------------------------------------------------------------------------ the viewer's hand

export function toggle(w: Watch, now: number): Watch {
  if (w.playing) return { ...w, playing: false, follow: false, since: now };
  const again = w.replay && isOver(w);
  return { ...w, playing: true, since: now, ...(again ? { t: 0, from: null } : {}) };
}

/** To moment `t`; the viewer goes their own way from here. */
export function scrub(w: Watch, t: number, now: number): Watch {
  if (!w.stage) return w;
  const to = Math.min(lastMoment(w.stage), Math.max(0, Math.round(t)));
  return { ...w, t: to, since: now, from: to === w.t + 1 ? w.t : null, follow: false, reached: Math.max(w.reached, to) };
}

/** `by` steps on or back, and stand still. */
export const step = (w: Watch, by: number, now: number): Watch => ({ ...scrub(w, w.t + by, now), playing: false });

export const setSpeed = (w: Watch, speed: Speed, now: number): Watch => ({ ...w, speed, since: isOver(w) ? w.since : now });

/** A life the viewer asked for: one from the shelf, or a recording. */
export function show(w: Watch, life: Life, now: number, { t = 0, loop = false, playing = true } = {}): Watch {
  const aside = w.replay ? w.replay.aside : w.stage;
  const at = Math.min(Math.max(0, t), lastMoment(life));
  return { ...w, ...stageAt(life, at, now), follow: false, playing, passed: 0, replay: { aside, loop } };
}

/** Back to the training as it is now. */
export function goLive(w: Watch, now: number): Watch {
  const next = nextUp(w);
  if (next) return enter(w, next, now);
  const there = w.replay ? w.replay.aside : w.stage;
  if (!there) return { ...w, stage: w.replay ? null : w.stage, replay: null, follow: true, playing: true };
  if (w.replay) {
    const t = paceOf(there) !== null ? lastMoment(there) : 0;
    return { ...w, ...stageAt(there, t, now), replay: null, follow: true, playing: true };
  }
  const t = paceOf(there) !== null ? lastMoment(there) : Math.max(w.t, w.reached);
  return { ...w, t, since: now, from: null, reached: t, follow: true, playing: true };
}

// ------------------------------------------------------------------------------------------------ how late it is

/**
 * The stage has been painted, as it stands in `w`, at `now`. Measures where there is something to measure: of a life that
 * came whole its end, when it is first seen; of one that grows its newest steps, which the lifeline shows at once; in a
 * paced run the step on the board.
 */
export function painted(w: Watch, now: number): Watch {
  const { stage } = w;
  if (!stage || !w.follow) return w;
  if (w.due !== null) return { ...w, due: null, measured: stage.seq, paints: kept(w, { stamp: w.due, painted: now }, now) };
  const shown = followsEdge(w) ? w.t + 1 : stage.length;
  const seq = stage.marks.findLastIndex((mark) => mark.rows <= shown) + 1;
  if (seq <= w.measured) return w;
  return { ...w, measured: seq, paints: kept(w, { stamp: stage.marks[seq - 1]!.at, painted: now }, now) };
}

const kept = (w: Watch, paint: Paint, now: number) => [...w.paints.filter(({ painted }) => now - painted < DELAY_WINDOW), paint];

/**
 * From the trainer's clock to this screen, ms: the 95th percentile of what was painted in the last 5 s, or the last
 * measurement if that is longer ago. Null before the first. What happened before the line was open could not have been
 * here sooner and does not count. Assumes that trainer and server share their clock (NTP).
 */
export function delayOf(w: Watch, now: number): number | null {
  const offset = offsetOf(w.clock);
  if (offset === null) return null;
  const opened = w.link.state === "open" ? w.link.since : -Infinity;
  const counted = w.paints.filter(({ stamp }) => stamp - offset >= opened);
  const recent = counted.filter(({ painted }) => now - painted < DELAY_WINDOW);
  const delays = (recent.length ? recent : counted.slice(-1)).map(({ stamp, painted }) => Math.max(0, painted + offset - stamp));
  delays.sort((a, b) => a - b);
  return delays[Math.ceil(delays.length * 0.95) - 1] ?? null;
}

/** For how long the air has been silent with nothing left to show, ms; 0 while there is something. */
export function silentFor(w: Watch, now: number): number {
  if (!w.stage || !w.follow || w.t < lastMoment(w.stage) || nextUp(w)) return 0;
  return Math.max(0, now - w.heardAt);
}

/** How far the viewer is behind: in steps of this life, or in lives of the watched lane. */
export function behindOf(w: Watch): { steps: number } | { lives: number } | null {
  if (w.follow || !w.stage) return null;
  const lives = w.heard - w.stage.number;
  if (lives > 0) return { lives };
  return { steps: (paceOf(w.stage) !== null ? lastMoment(w.stage) : w.reached) - w.t };
}
