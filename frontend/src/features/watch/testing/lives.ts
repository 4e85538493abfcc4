/** Lives and a level for the tests: small, and made so that a mix-up of rows shows. */
import type { Level } from "@/api";
import type { End, Frame } from "@/wire";
import { begin, extend } from "@/wire";
import type { Life } from "@/wire";

/** Five columns and three rows; energy and health are vital, social drains energy below 0.3. */
export const level: Level = {
  name: "T_test",
  title: "Test town",
  summary: "A town for tests.",
  digest: "00",
  width: 5,
  height: 3,
  sight: 1,
  temporal: false,
  hours_per_day: 24,
  lifespan: 100,
  currency: "money",
  meters: [
    { name: "energy", title: "Energy", start: 1, depletion: 0.01, tier: "vital", icon: "lightning", hue: "energy", lethal: true, unit: null },
    { name: "social", title: "Social", start: 1, depletion: 0.01, tier: "comfort", icon: "users", hue: "social", lethal: false, unit: null },
    { name: "money", title: "Money", start: 0.5, depletion: 0, tier: "resource", icon: "coins", hue: "money", lethal: false, unit: { symbol: "$", full: 100 } },
  ],
  actions: [
    { name: "UP", dx: 0, dy: -1, kind: "move" },
    { name: "DOWN", dx: 0, dy: 1, kind: "move" },
    { name: "LEFT", dx: -1, dy: 0, kind: "move" },
    { name: "RIGHT", dx: 1, dy: 0, kind: "move" },
    { name: "INTERACT", dx: 0, dy: 0, kind: "interact" },
    { name: "WAIT", dx: 0, dy: 0, kind: "wait" },
  ],
  places: [
    {
      index: 0, name: "Bed", title: "Bed", icon: "bed", badge: null, serves: "energy", deployed: true, hours: null, cost: 0.1, effects: { energy: 0.5 },
      ticks: 3, tick_cost: 0.02, tick_effects: { energy: 0.1 }, completion: { energy: 0.2 },
    },
    {
      index: 1, name: "Bar", title: "Bar", icon: "beer-stein", badge: null, serves: "social", deployed: true, hours: [18, 28], cost: 0.2, effects: { social: 0.4 },
      ticks: 2, tick_cost: 0.1, tick_effects: { social: 0.2 }, completion: {},
    },
  ],
  observation: [],
  costs: { move: { energy: 0.005 }, wait: {}, interact: {} },
  cascades: [{ source: "social", target: "energy", threshold: 0.3, strength: 0.03 }],
  modulation: [],
  reward: { product: ["energy"], retirement: 1 },
  curriculum: { multipliers: [0.5, 1], advance: 0.7, retreat: 0.3, entropy_gate: 0.5 },
  floors: { random: 20, wait: 10 },
} as unknown as Level;

export const temporal: Level = { ...level, temporal: true };

export interface Row {
  x?: number;
  y?: number;
  action?: number;
  greedy?: number;
  random?: boolean;
  mask?: number;
  hour?: number;
  progress?: number;
  used?: number;
  meters?: number[];
  q?: number[];
  reward?: number;
}

interface Options {
  number?: number;
  pace?: number | null;
  /** rows in each frame; all in one by default */
  chunk?: number;
  end?: Partial<End> | null;
  at?: number;
  passed?: number;
}

/** When life 0 begins, by the trainer's clock; a step takes 10 ms. */
export const AT = 1_000_000;

/** The frames of a life with these rows. `end: null` leaves it open. */
export function framesOf(rows: Row[], { number = 0, pace = null, chunk = rows.length, end = {}, at = AT, passed = 0 }: Options = {}): Frame[] {
  const whole: End | null = end && {
    cause: "death", steps: rows.length, return: rows.reduce((sum, row) => sum + (row.reward ?? 0), 0), intrinsic_return: 0, died_of: "energy", root: "energy",
    at: at + rows.length * 10, final: { x: 4, y: 2, meters: [0, 0.5, 0.5], hour: 0 }, ...end,
  };
  const frames: Frame[] = [];
  for (let first = 0; first < Math.max(1, rows.length); first += Math.max(1, chunk)) {
    const part = rows.slice(first, first + chunk);
    const last = first + part.length >= rows.length;
    frames.push({
      run: "run", episode: number, seq: frames.length, first, at: at + (first + part.length) * 10,
      cols: {
        x: part.map((row) => row.x ?? 0), y: part.map((row) => row.y ?? 0), action: part.map((row) => row.action ?? 5), greedy: part.map((row) => row.greedy ?? row.action ?? 5),
        random: part.map((row) => Number(row.random ?? false)), mask: part.map((row) => row.mask ?? 0b111111), hour: part.map((row) => row.hour ?? 0),
        progress: part.map((row) => row.progress ?? 0), used: part.map((row) => row.used ?? -1), reward: part.map((row) => row.reward ?? 0), intrinsic: part.map(() => 0),
        meters: part.map((row) => row.meters ?? [1, 1, 0.5]), q: part.map((row) => row.q ?? [0, 1, 2, 3, 4, 5]),
      },
      end: last ? whole : null,
      meta: frames.length ? null : { level: "T_test", digest: "00", layout: { Bed: [1, 1], Bar: [3, 0] }, stage: null, multiplier: 1, epsilon: 0.25, weights: 0, passed, pace },
      hash: new Uint8Array(32),
    });
  }
  return frames;
}

export const rowsOf = (count: number, row: (t: number) => Row = (t) => ({ x: t % 5 })): Row[] => Array.from({ length: count }, (_, t) => row(t));

export function lifeOf(rows: Row[], options?: Options): Life {
  const [first, ...rest] = framesOf(rows, options);
  return rest.reduce((life, frame) => extend(life, frame)!, begin(first!));
}
