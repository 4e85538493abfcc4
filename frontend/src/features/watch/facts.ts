/** What a life tells about itself: events, sums, reasons. Pure, and remembered per life where they take a walk through it. */
import type { Level } from "@/api";
import { isOpen, placeAt } from "@/board/town";
import type { Layout, Town } from "@/board";
import { lastMoment, meterAt } from "@/wire";
import type { Life, Moment } from "@/wire";
import { tr } from "@/words";
import { CRITICAL, markOf } from "./level";
import type { Place } from "./level";

export interface Use {
  kind: "use";
  t: number;
  place: Place;
  /** the same for all ticks of one use */
  id: number;
  /** this tick's number, of so many */
  tick: number;
  of: number;
  /** what the ticks so far have changed: the largest change first, money last */
  effects: [meter: string, change: number][];
}
export type LifeEvent =
  | Use
  | { kind: "low" | "critical"; t: number; meter: string }
  | { kind: "random"; t: number; action: number };

const remembered = <T>(make: (life: Life, level: Level) => T) => {
  const known = new WeakMap<Life, T>();
  return (life: Life, level: Level): T => {
    let value = known.get(life);
    if (value === undefined) known.set(life, (value = make(life, level)));
    return value;
  };
};

/** What happened in this life so far, in order; a use that takes several ticks gives one event a tick. */
const ticksOf = remembered((life, level): LifeEvent[] => {
  const events: LifeEvent[] = [];
  const { rows } = life;
  const marks = level.meters.map((meter) => markOf(level, meter));
  const states = level.meters.map(() => 0);
  let use = null as Use | null;
  for (let t = 0; t <= lastMoment(life); t++) {
    level.meters.forEach((meter, m) => {
      const mark = marks[m]!;
      const value = meterAt(life, t, m);
      if (mark === null) return;
      if (value < mark && states[m] === 0) {
        states[m] = 1;
        if (t > 0) events.push({ kind: "low", t, meter: meter.name });
      }
      // Above the mark by a little, so that a meter that trembles around it does not cry at every step.
      if (value > mark + 0.08) states[m] = 0;
      if (meter.lethal && value < CRITICAL && states[m] === 1) {
        states[m] = 2;
        events.push({ kind: "critical", t, meter: meter.name });
      }
    });
    if (t >= life.length) break;
    if (rows.random[t]) events.push({ kind: "random", t, action: rows.action[t]! });
    const place = level.places.find(({ index }) => index === rows.place[t]) as Place | undefined;
    if (!place) continue;
    const going: Use | null = level.temporal && use?.place === place && rows.progress[t]! > 0 ? use : null;
    use = {
      kind: "use",
      t,
      place,
      id: going?.id ?? t,
      tick: (going?.tick ?? 0) + 1,
      of: level.temporal ? place.ticks : 1,
      effects: going?.effects ?? [],
    };
    use.effects = effectsOf(use, life, level);
    events.push(use);
  }
  return events;
});

/** What had happened when moment `t` had come: steps before it, and meters as they stand. Of a use only its newest tick. */
export function eventsUntil(life: Life, level: Level, t: number): LifeEvent[] {
  const events = ticksOf(life, level).filter((event) => event.t < t || (event.t === t && "meter" in event));
  const newest = new Map<number, LifeEvent>();
  for (const event of events) if (event.kind === "use") newest.set(event.id, event);
  return events.filter((event) => event.kind !== "use" || newest.get(event.id) === event);
}

/** All events of the life so far. */
export const eventsOf = remembered((life, level) => eventsUntil(life, level, Infinity));

/** What a use has done with this tick. A full meter cannot rise: the gain is what there was room for. */
function effectsOf(use: Use, life: Life, level: Level): Use["effects"] {
  const { place, t } = use;
  const given = new Map<string, number>();
  const give = (effects: Record<string, number>) => {
    for (const [meter, change] of Object.entries(effects)) given.set(meter, (given.get(meter) ?? 0) + change);
  };
  give(level.temporal ? place.tick_effects : place.effects);
  if (level.temporal && use.tick >= use.of) give(place.completion);
  const cost = level.temporal ? place.tick_cost : place.cost;
  if (level.currency && cost) give({ [level.currency]: -cost });
  const sums = new Map(use.effects);
  for (const [meter, change] of given) {
    const before = meterAt(life, t, level.meters.findIndex(({ name }) => name === meter));
    const after = Math.min(1, Math.max(0, before + change));
    sums.set(meter, (sums.get(meter) ?? 0) + after - before);
  }
  const paid = (name: string) => Number(name === level.currency);
  return [...sums].sort(([a, one], [b, other]) => paid(a) - paid(b) || Math.abs(other) - Math.abs(one));
}

/** returns[t] is the sum of the world's rewards of the steps before t. */
export const returnsOf = remembered((life): Float64Array => {
  const sums = new Float64Array(life.length + 1);
  for (let t = 0; t < life.length; t++) sums[t + 1] = sums[t]! + life.rows.reward[t]!;
  return sums;
});

/** Visits per cell, row by row, of the moments 0 to `t`. */
export function visitsOf(life: Life, width: number, height: number, t: number): Uint16Array {
  const visits = new Uint16Array(width * height);
  for (let i = 0; i <= Math.min(t, life.length - 1); i++) visits[life.rows.y[i]! * width + life.rows.x[i]!]!++;
  if (t === life.length && life.end) visits[life.end.final.y * width + life.end.final.x]!++;
  return visits;
}

/** How often a place was used in the steps before `t`; a use of several ticks counts once. */
export const usesOf = (life: Life, level: Level, place: number, t: number): number =>
  eventsUntil(life, level, t).filter((event) => event.kind === "use" && event.place.index === place).length;

/** The day of a moment, from 1. */
export const dayOf = (life: Life, t: number, hours: number): number => Math.floor(((life.rows.hour[0] ?? 0) + t) / hours) + 1;

/** Why an action is not allowed: "wall above", tr("nothing to use here"), "closed until 8:00" */
export function whyNot(level: Level, town: Town, layout: Layout, moment: Moment, action: number): string {
  const { dx, dy, kind } = level.actions[action]!;
  if (kind === "interact") {
    const place = placeAt(town, layout, moment.x, moment.y);
    if (!place) return tr("nothing to use here");
    return isOpen(place, moment.hour, town.day) ? tr("not allowed") : tr("closed until {hours}:00", { hours: place.hours![0] % town.day! });
  }
  if (kind === "wait") return tr("not allowed");
  if (Math.abs(dx) + Math.abs(dy) !== 1) return tr("the edge of the town");
  return dy < 0 ? tr("wall above") : dy > 0 ? tr("wall below") : dx < 0 ? tr("wall to the left") : tr("wall to the right");
}

/** The next hour at which places open, and at which they close: ["Bar opens 18:00", "4 places close 18:00"] */
export function changesOf(town: Town, layout: Layout, hour: number): [opens: string, closes: string] {
  const { day } = town;
  if (day === null) return ["", ""];
  const next = (opening: boolean): string => {
    for (let ahead = 1; ahead <= day; ahead++) {
      const at = (hour + ahead) % day;
      const names = town.places
        .filter((place) => layout[place.name] && isOpen(place, at, day) === opening && isOpen(place, (at + day - 1) % day, day) !== opening)
        .map(({ title }) => title);
      if (!names.length) continue;
      const when = `${String(at).padStart(2, "0")}:00`;
      if (names.length > 2) return opening ? tr("{n} places open {hour}", { n: names.length, hour: when }) : tr("{n} places close {hour}", { n: names.length, hour: when });
      const said = { n: names.length, places: names.join(", "), hour: when };
      return opening ? tr("{places} opens {hour}|{places} open {hour}", said) : tr("{places} closes {hour}|{places} close {hour}", said);
    }
    return "";
  };
  return [next(true), next(false)];
}

/** The sign of the sky at an hour of a day of 24. */
export const skyIcon = (hour: number): string => (hour < 6 || hour >= 21 ? "moon-stars" : hour < 7 || hour >= 18 ? "sun-horizon" : "sun");
