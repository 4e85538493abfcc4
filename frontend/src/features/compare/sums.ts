/** What a whole life comes to, for the bars between two boards. */
import type { Level } from "@/api";
import { drainsOf, eventsOf } from "@/features/watch/parts";
import { meterAt } from "@/wire";
import type { Life } from "@/wire";

export interface Sums {
  survived: number;
  returned: number;
  /** shares of the steps, 0..1 */
  random: number;
  drained: number;
  /** all that came in of the currency, 0..1 of a full meter; null in a level without one */
  earned: number | null;
  /** times each place was used, by its index */
  uses: Map<number, number>;
}

export function sumsOf(life: Life, level: Level): Sums {
  const { length, rows, width } = life;
  const money = level.meters.findIndex(({ name }) => name === level.currency);
  let random = 0;
  let drained = 0;
  let earned = 0;
  let returned = 0;
  for (let t = 0; t < length; t++) {
    random += rows.random[t]!;
    returned += rows.reward[t]!;
    const cascades = { ...level, modulation: [] };
    if (drainsOf(cascades, rows.meters.subarray(t * width.meters, (t + 1) * width.meters)).length) drained++;
    if (money >= 0 && (t + 1 < length || life.end)) earned += Math.max(0, meterAt(life, t + 1, money) - meterAt(life, t, money));
  }
  const uses = new Map<number, number>();
  for (const event of eventsOf(life, level)) if (event.kind === "use") uses.set(event.place.index, (uses.get(event.place.index) ?? 0) + 1);
  const share = (n: number) => (length ? n / length : 0);
  return { survived: life.end?.steps ?? length, returned: life.end?.return ?? returned, random: share(random), drained: share(drained), earned: money < 0 ? null : earned, uses };
}
