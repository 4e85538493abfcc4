import type { Level, LevelPlace } from "@/api";
import { tr } from "@/words";
import { amount, capital } from "./words";

/** What a whole use costs, takes and changes: at once, or all its ticks and the completion. */
export interface Use {
  cost: number;
  ticks: number;
  effects: Record<string, number>;
}

export function wholeUse(level: Pick<Level, "temporal">, place: LevelPlace): Use {
  if (!level.temporal) return { cost: place.cost, ticks: 1, effects: place.effects };
  const effects: Record<string, number> = {};
  for (const [name, change] of Object.entries(place.tick_effects)) effects[name] = change * place.ticks;
  for (const [name, change] of Object.entries(place.completion)) effects[name] = (effects[name] ?? 0) + change;
  return { cost: place.tick_cost * place.ticks, ticks: place.ticks, effects };
}

/** "Open 18:00 to 04:00, takes 2 ticks, costs $15": hours and ticks only where a clock runs, costs where one pays. */
export function aboutPlace(level: Level, place: LevelPlace): string {
  const currency = level.meters.find(({ name }) => name === level.currency);
  const { cost, ticks } = wholeUse(level, place);
  const hour = (h: number) => `${String(h % level.hours_per_day).padStart(2, "0")}:00`;
  const parts = [
    level.temporal && (place.hours ? tr("open {from} to {to}", { from: hour(place.hours[0]), to: hour(place.hours[1]) }) : tr("always open")),
    level.temporal && tr("takes {n} tick|takes {n} ticks", { n: ticks }),
    currency && (cost > 0 ? tr("costs {amount}", { amount: amount(currency, cost) }) : tr("costs nothing")),
  ];
  return capital(parts.filter(Boolean).join(", "));
}

/** The hours of the day in which a place is open. */
const openHours = (level: Level, { hours }: LevelPlace): number[] =>
  Array.from({ length: level.hours_per_day }, (_, h) => h).filter((h) => !level.temporal || !hours || (h >= hours[0] && h < hours[1]) || h < hours[1] - level.hours_per_day);

const ROUNDING = 1e-9;

/** A place for the same meter that gives at least as much of everything, for no more money or time and at the same hours; null if none does. */
export function outdone(level: Level, place: LevelPlace): LevelPlace | null {
  const mine = wholeUse(level, place);
  const open = openHours(level, place);
  const better = level.places.find((other) => {
    if (other === place || !other.deployed || other.serves !== place.serves) return false;
    const its = wholeUse(level, other);
    const hours = new Set(openHours(level, other));
    const names = new Set([...Object.keys(mine.effects), ...Object.keys(its.effects)]);
    const gains = [mine.cost - its.cost, mine.ticks - its.ticks, ...[...names].map((name) => (its.effects[name] ?? 0) - (mine.effects[name] ?? 0))];
    return open.every((h) => hours.has(h)) && gains.every((gain) => gain >= -ROUNDING) && gains.some((gain) => gain > ROUNDING);
  });
  return better ?? null;
}
