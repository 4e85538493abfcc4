/** What the guide says of a level, taken from the level's own numbers and from nothing else. */
import type { Level, LevelField, LevelMeter } from "@/api";
import { amount, capital, outdone, wholeUse } from "@/level";
import type { LevelPlace } from "@/api";
import { format } from "@/ui";

export const meterOf = (level: Level, name: string | null): LevelMeter | undefined => level.meters.find((meter) => meter.name === name);
const lower = (level: Level, name: string) => (meterOf(level, name)?.title ?? name).toLowerCase();

/** "a", "a and b", "a, b and c" */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)!}`;
}

/** In a line: grid, sight, clock, the longest life. */
export function outline(level: Level): string[] {
  const places = level.places.filter(({ deployed }) => deployed).length;
  return [
    `${level.width} × ${level.height} cells`,
    `${places} ${places === 1 ? "place" : "places"}`,
    `${level.meters.length} meters`,
    level.sight === null ? "sees the whole map" : `sees ${2 * level.sight + 1} × ${2 * level.sight + 1} cells`,
    level.temporal ? `a day of ${level.hours_per_day} hours` : "no clock",
    `lives ${format.count(level.lifespan)} steps at most`,
  ];
}

/** What to beware of at a place. */
export function traps(level: Level, place: LevelPlace): string[] {
  const { effects, cost } = wholeUse(level, place);
  const found: string[] = [];
  const hurt = level.meters.filter(({ name, lethal }) => lethal && (effects[name] ?? 0) < 0);
  if (hurt.length) found.push(`Takes ${listed(hurt.map((meter) => `${amount(meter, -effects[meter.name]!)} ${meter.title.toLowerCase()}`))}: at zero of ${hurt.length > 1 ? "either" : "it"} the life ends.`);
  const marked = level.cascades.filter(({ source, threshold }) => (effects[source] ?? 0) <= -threshold);
  for (const name of new Set(marked.map(({ source }) => source))) {
    if (!hurt.some((meter) => meter.name === name)) found.push(`One use takes more ${lower(level, name)} than the mark below which it drains others.`);
  }
  const currency = meterOf(level, level.currency);
  if (currency && cost > currency.start) found.push(`Costs more than the ${amount(currency, currency.start)} a life begins with.`);
  const better = outdone(level, place);
  if (better) found.push(`${better.title} does as much or more of everything, for no more.`);
  return found;
}

/** How a meter drains when nothing else is done: "200 steps from full to empty". */
export function pace(meter: LevelMeter): string {
  if (meter.depletion > 0) return `Loses ${amount(meter, meter.depletion, 1)} a step: full to empty in ${format.count(Math.ceil(1 / meter.depletion))}.`;
  if (meter.depletion < 0) return `Gains ${amount(meter, -meter.depletion, 1)} a step by itself.`;
  return "Loses nothing by itself.";
}

/** What a meter does to others, a sentence each. */
export function drains(level: Level, source: LevelMeter): string[] {
  const under = level.cascades
    .filter((cascade) => cascade.source === source.name)
    .map(({ target, threshold, strength }) => `Under ${amount(source, threshold)} it drains ${lower(level, target)}, up to ${shown(level, target, strength)} a step at zero.`);
  const always = level.modulation
    .filter((one) => one.source === source.name)
    .map(
      ({ target, amount: unit, base, range }) =>
        `At any value ${lower(level, target)} pays for it: ${shown(level, target, unit * base)} a step when it is full, ${shown(level, target, unit * (base + range))} when it is empty.`,
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
    does: kind === "move" ? way(dx, dy) : kind === "interact" ? `Uses the place one stands on${level.temporal ? ", one tick of it" : ""}` : "Stays where it is",
    allowed: kind === "move" ? "Where the grid goes on" : kind === "interact" ? (level.temporal ? "On a place that is open" : "On a place") : "Always",
    costs: costs.length ? listed(costs) : "nothing",
  };
}

function way(dx: number, dy: number): string {
  const cells = (n: number) => (n === 1 ? "One cell" : `${n} cells`);
  const parts = [dy && `${cells(Math.abs(dy))} ${dy < 0 ? "up" : "down"}`, dx && `${cells(Math.abs(dx))} ${dx < 0 ? "left" : "right"}`].filter((part) => typeof part === "string");
  return capital(parts.join(" and ").replaceAll(" and One", " and one"));
}

/** What a part of the observation tells. */
export function ofField(level: Level, { name, stop, start }: LevelField): string {
  const length = stop - start;
  const words: Record<string, string> = {
    grid: "Every cell, row by row: 1 for a place, and 1 more where the agent stands. Which place it is, it does not say.",
    window: `The ${2 * (level.sight ?? 0) + 1} × ${2 * (level.sight ?? 0) + 1} cells around the agent, row by row: 1 for a place. Which place it is, it does not say.`,
    position: "Where the agent stands, as shares of the grid's width and height.",
    meters: "Every meter as it is, in the order in which they stand here.",
    affordance_here: "Which place the agent stands on; the last number means none.",
    time_sin: level.temporal ? "The hour on a circle, its sine." : "The hour on a circle; without a clock always 0.",
    time_cos: level.temporal ? "The hour on a circle, its cosine." : "The hour on a circle; without a clock always 1.",
    progress: level.temporal ? "Ticks done of the use under way, divided by 10." : "Ticks done of a use; instant uses leave it at 0.",
    lifetime: "The share of the longest life that is lived already.",
  };
  return words[name] ?? `${length} ${length === 1 ? "number" : "numbers"}.`;
}

/** What the learner is paid. */
export function reward(level: Level): string[] {
  const { product, retirement } = level.reward;
  const factors = product.map((name) => lower(level, name));
  const found = [`Each step alive earns ${factors.length ? factors.join(" × ") : "1"}${factors.length > 1 ? ", each from 0 to 1: one low factor spoils the others" : factors.length ? ", from 0 to 1" : ""}.`];
  const old = format.count(level.lifespan);
  if (retirement > 0) found.push(`Who lives ${old} steps earns ${format.plain(retirement)} more.`);
  if (retirement < 0) found.push(`Who lives ${old} steps is fined ${format.plain(-retirement)}.`);
  found.push("Nothing else is paid: no bonus for a place, no fine for dying. What a life is worth is what it lived.");
  return found;
}

/** A step, in its order. */
export function order(level: Level): string[] {
  const lethal = level.meters.filter((meter) => meter.lethal).map((meter) => meter.title.toLowerCase());
  const steps = [
    `The move, which a wall stops.${level.temporal ? " Walking away forgets the use under way." : ""}`,
    "The costs of the action.",
    `INTERACT: the place is used, if one can pay${level.temporal ? " and it is open" : ""}.`.replace("INTERACT", level.actions.find(({ kind }) => kind === "interact")?.name ?? "INTERACT"),
    "Every meter loses its own depletion, times the stage's multiplier.",
    level.modulation.length > 0 && "Then what is always paid for a meter that is not full.",
    level.cascades.length > 0 && "Then the cascades, one after the other: a later one sees what an earlier one did.",
    lethal.length > 0 && `At zero ${lethal.join(" or ")} the life ends; at step ${format.count(level.lifespan)} it retires.`,
    level.temporal && "The clock goes on by an hour.",
  ];
  return steps.filter((step) => typeof step === "string");
}
