/** What the guide says of a level, taken from the level's own numbers and from nothing else. */
import type { Level, LevelField, LevelMeter } from "@/api";
import { amount, capital, outdone, wholeUse } from "@/level";
import type { LevelPlace } from "@/api";
import { format } from "@/ui";
import { inner, tr } from "@/words";

export const meterOf = (level: Level, name: string | null): LevelMeter | undefined => level.meters.find((meter) => meter.name === name);
const lower = (level: Level, name: string) => inner(meterOf(level, name)?.title ?? name);

/** "a", "a and b", "a, b and c" */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? "") : tr("{some} and {last}", { some: words.slice(0, -1).join(", "), last: words.at(-1)! });
}

/** In a line: grid, sight, clock, the longest life. */
export function outline(level: Level): string[] {
  const places = level.places.filter(({ deployed }) => deployed).length;
  return [
    tr("{width} × {height} cells", { width: level.width, height: level.height }),
    tr("{n} place|{n} places", { n: places }),
    tr("{n} meters", { n: level.meters.length }),
    level.sight === null ? tr("sees the whole map") : tr("sees {side} × {side} cells", { side: 2 * level.sight + 1 }),
    level.temporal ? tr("a day of {n} hours", { n: level.hours_per_day }) : tr("no clock"),
    tr("lives {lifespan} steps at most", { lifespan: format.count(level.lifespan) }),
  ];
}

/** What to beware of at a place. */
export function traps(level: Level, place: LevelPlace): string[] {
  const { effects, cost } = wholeUse(level, place);
  const found: string[] = [];
  const hurt = level.meters.filter(({ name, lethal }) => lethal && (effects[name] ?? 0) < 0);
  if (hurt.length) found.push(tr("Takes {taken}: at zero of it the life ends.|Takes {taken}: at zero of either the life ends.", { n: hurt.length, taken: listed(hurt.map((meter) => `${amount(meter, -effects[meter.name]!)} ${inner(meter.title)}`)) }));
  const marked = level.cascades.filter(({ source, threshold }) => (effects[source] ?? 0) <= -threshold);
  for (const name of new Set(marked.map(({ source }) => source))) {
    if (!hurt.some((meter) => meter.name === name)) found.push(tr("One use takes more {meter} than the mark below which it drains others.", { meter: lower(level, name) }));
  }
  const currency = meterOf(level, level.currency);
  if (currency && cost > currency.start) found.push(tr("Costs more than the {amount} a life begins with.", { amount: amount(currency, currency.start) }));
  const better = outdone(level, place);
  if (better) found.push(tr("{place} does as much or more of everything, for no more.", { place: better.title }));
  return found;
}

/** How a meter drains when nothing else is done: "200 steps from full to empty". */
export function pace(meter: LevelMeter): string {
  if (meter.depletion > 0) return tr("Loses {amount} a step: full to empty in {steps}.", { amount: amount(meter, meter.depletion, 1), steps: format.count(Math.ceil(1 / meter.depletion)) });
  if (meter.depletion < 0) return tr("Gains {amount} a step by itself.", { amount: amount(meter, -meter.depletion, 1) });
  return tr("Loses nothing by itself.");
}

/** What a meter does to others, a sentence each. */
export function drains(level: Level, source: LevelMeter): string[] {
  const under = level.cascades
    .filter((cascade) => cascade.source === source.name)
    .map(({ target, threshold, strength }) => tr("Under {mark} it drains {meter}, up to {amount} a step at zero.", { mark: amount(source, threshold), meter: lower(level, target), amount: shown(level, target, strength) }));
  const always = level.modulation
    .filter((one) => one.source === source.name)
    .map(
      ({ target, amount: unit, base, range }) =>
        tr("At any value {meter} pays for it: {full} a step when it is full, {empty} when it is empty.", { meter: lower(level, target), full: shown(level, target, unit * base), empty: shown(level, target, unit * (base + range)) }),
    );
  return [...under, ...always];
}

function shown(level: Level, name: string, value: number): string {
  const meter = meterOf(level, name);
  return meter ? amount(meter, value, value < 0.001 ? 2 : 1) : format.plain(value);
}

/** What an action does, may and costs. */
export function ofAction(level: Level, { kind, dx, dy }: Level["actions"][number]): { does: string; allowed: string; costs: string } {
  const costs = Object.entries(level.costs[kind] ?? {}).map(([name, cost]) => `${shown(level, name, cost)} ${lower(level, name)}`);
  return {
    does: kind === "move" ? way(dx, dy) : kind === "interact" ? level.temporal ? tr("Uses the place one stands on, one tick of it") : tr("Uses the place one stands on") : tr("Stays where it is"),
    allowed: kind === "move" ? tr("Where the grid goes on") : kind === "interact" ? (level.temporal ? tr("On a place that is open") : tr("On a place")) : tr("Always"),
    costs: costs.length ? listed(costs) : tr("nothing"),
  };
}

function way(dx: number, dy: number): string {
  const parts = [
    dy && (dy < 0 ? tr("one cell up|{n} cells up", { n: -dy }) : tr("one cell down|{n} cells down", { n: dy })),
    dx && (dx < 0 ? tr("one cell left|{n} cells left", { n: -dx }) : tr("one cell right|{n} cells right", { n: dx })),
  ];
  return capital(listed(parts.filter((part) => typeof part === "string")));
}

/** What a part of the observation tells. */
export function ofField(level: Level, { name, stop, start }: LevelField): string {
  const length = stop - start;
  const words: Record<string, string> = {
    grid: tr("Every cell, row by row: 1 for a place, and 1 more where the agent stands. Which place it is, it does not say."),
    window: tr("The {side} × {side} cells around the agent, row by row: 1 for a place. Which place it is, it does not say.", { side: 2 * (level.sight ?? 0) + 1 }),
    position: tr("Where the agent stands, as shares of the grid's width and height."),
    meters: tr("Every meter as it is, in the order in which they stand here."),
    affordance_here: tr("Which place the agent stands on; the last number means none."),
    time_sin: level.temporal ? tr("The hour on a circle, its sine.") : tr("The hour on a circle; without a clock always 0."),
    time_cos: level.temporal ? tr("The hour on a circle, its cosine.") : tr("The hour on a circle; without a clock always 1."),
    progress: level.temporal ? tr("Ticks done of the use under way, divided by 10.") : tr("Ticks done of a use; instant uses leave it at 0."),
    lifetime: tr("The share of the longest life that is lived already."),
  };
  return words[name] ?? tr("{n} number.|{n} numbers.", { n: length });
}

/** What the learner is paid. */
export function reward(level: Level): string[] {
  const { product, retirement } = level.reward;
  const factors = product.map((name) => lower(level, name));
  const found = [factors.length > 1
      ? tr("Each step alive earns {product}, each from 0 to 1: one low factor spoils the others.", { product: factors.join(" × ") })
      : factors.length
        ? tr("Each step alive earns {product}, from 0 to 1.", { product: factors[0]! })
        : tr("Each step alive earns 1."),
  ];
  const lifespan = format.count(level.lifespan);
  if (retirement > 0) found.push(tr("Who lives {lifespan} steps earns {retirement} more.", { lifespan, retirement: format.plain(retirement) }));
  if (retirement < 0) found.push(tr("Who lives {lifespan} steps is fined {retirement}.", { lifespan, retirement: format.plain(-retirement) }));
  found.push(tr("Nothing else is paid: no bonus for a place, no fine for dying. What a life is worth is what it lived."));
  return found;
}

/** A step, in its order. */
export function order(level: Level): string[] {
  const lethal = level.meters.filter((meter) => meter.lethal).map((meter) => inner(meter.title));
  const interact = level.actions.find(({ kind }) => kind === "interact")?.name ?? "INTERACT";
  const steps = [
    level.temporal ? tr("The move, which a wall stops. Walking away forgets the use under way.") : tr("The move, which a wall stops."),
    tr("The costs of the action."),
    level.temporal ? tr("{interact}: the place is used, if one can pay and it is open.", { interact }) : tr("{interact}: the place is used, if one can pay.", { interact }),
    tr("Every meter loses its own depletion, times the stage's multiplier."),
    level.modulation.length > 0 && tr("Then what is always paid for a meter that is not full."),
    level.cascades.length > 0 && tr("Then the cascades, one after the other: a later one sees what an earlier one did."),
    lethal.length > 0 && tr("At zero {meters} the life ends; at step {lifespan} it retires.", { meters: lethal.join(` ${tr("or")} `), lifespan: format.count(level.lifespan) }),
    level.temporal && tr("The clock goes on by an hour."),
  ];
  return steps.filter((step) => typeof step === "string");
}
