/**
 * Who drains whom, and how a death came about. The same reckoning as backend/hamlet/world/causes.py; the root itself
 * comes with the life (`end.root`), here only the way from it to the fatal meter is found.
 */
import type { Level } from "@/api";
import { lastMoment, meterAt } from "@/wire";
import type { Life } from "@/wire";
import { inner, tr } from "@/words";

const DISCOUNT = 0.97;

export interface Drain {
  source: string;
  target: string;
  /** what the target loses in this step, 0..1 */
  amount: number;
}

/** The cascades that take something at these meters (0..1, in the level's order), and the modulations below the mark. */
export function drainsOf(level: Level, meters: ArrayLike<number>): Drain[] {
  const value = (name: string) => meters[level.meters.findIndex((meter) => meter.name === name)] ?? 1;
  const drains: Drain[] = [];
  for (const { source, target, threshold, strength } of level.cascades) {
    const missing = threshold - value(source);
    if (missing > 0) drains.push({ source, target, amount: (strength * missing) / threshold });
  }
  for (const { source, target, amount, base, range } of level.modulation) {
    if (value(source) < LACKING) drains.push({ source, target, amount: amount * (base + range * (1 - value(source))) });
  }
  return drains;
}
/** A modulation always takes something; below this its source is called lacking, as a cascade's is at 0.3. */
export const LACKING = 0.3;

/**
 * From the root to the meter that ran out: ["social", "mood", "energy"]. Blame flows up from the fatal meter to the one
 * that drained it most, as long as a meter lost more to another than by itself.
 */
export function chainOf(level: Level, life: Life): string[] {
  const end = life.end;
  if (!end?.died_of) return [];
  const steps = life.length;
  const index = new Map(level.meters.map((meter, i) => [meter.name, i]));
  const at = (t: number, name: string) => meterAt(life, t, index.get(name)!);
  const blame = new Map<string, Map<string, number>>();
  const own = new Map<string, number>();
  const add = (target: string, source: string, loss: number) => {
    const by = blame.get(target) ?? new Map<string, number>();
    by.set(source, (by.get(source) ?? 0) + loss);
    blame.set(target, by);
  };
  for (let t = 1; t <= steps; t++) {
    const weight = DISCOUNT ** (steps - t);
    for (const m of level.modulation) add(m.target, m.source, weight * m.amount * m.range * (1 - at(t, m.source)));
    for (const c of level.cascades) add(c.target, c.source, (weight * c.strength * Math.max(c.threshold - at(t, c.source), 0)) / c.threshold);
    const costs = level.costs[level.actions[life.rows.action[t - 1]!]?.kind ?? ""] ?? {};
    for (const meter of level.meters) {
      own.set(meter.name, (own.get(meter.name) ?? 0) + weight * (Math.max(meter.depletion, 0) + (costs[meter.name] ?? 0)));
    }
  }
  const chain = [end.died_of];
  for (;;) {
    const root = chain[0]!;
    const by = [...(blame.get(root) ?? [])].filter(([source, loss]) => loss > 0 && !chain.includes(source));
    if (!by.length) break;
    const [worst, loss] = by.reduce((most, one) => (one[1] > most[1] ? one : most));
    if (chain.length > 1 && loss <= (own.get(root) ?? 0)) break;
    chain.unshift(worst);
  }
  // The trainer's word stands: where this page's reckoning differs in the last bits, the way is told without its middle.
  if (end.root && chain[0] !== end.root) return end.root === end.died_of ? [end.root] : [end.root, end.died_of];
  return chain;
}

/** For how many of its last steps the meter was under its mark, without a break. */
export function stepsUnder(life: Life, meter: number, mark: number): number {
  const last = lastMoment(life);
  let t = last;
  while (t >= 0 && meterAt(life, t, meter) < mark) t--;
  return last - t;
}

/** The sign of how a life ended. */
export const SIGN = { death: "skull", retired: "flag-checkered", cut: "stop" } as const;

const WORDS: Readonly<Record<string, string>> = { energy: tr("Died of exhaustion"), health: tr("Died of illness"), satiation: tr("Died of hunger") };

/** "Died of exhaustion", "Ran out of warmth", "Lived to the end", "Ended by the trainer" */
export function endTitle(level: Level, life: Life): string {
  const { end } = life;
  if (!end) return "";
  if (end.cause === "retired") return tr("Lived to the end");
  if (end.cause === "cut" || !end.died_of) return tr("Ended by the trainer");
  return deathTitle(level, end.died_of);
}

/** "Died of exhaustion", "Ran out of warmth", by the meter that ran out. */
export function deathTitle(level: Level, diedOf: string): string {
  const word = WORDS[diedOf];
  return word ?? tr("Ran out of {meter}", { meter: inner(level.meters.find(({ name }) => name === diedOf)?.title ?? diedOf) });
}
