/** The choice on stage in words and bars: Q-values as they are, no invented confidence. */
import { fixed } from "@/ui/format";
import type { Choice } from "@/wire";
import { tr } from "@/words";

export const isAllowed = (choice: Pick<Choice, "mask">, action: number): boolean => ((choice.mask >> action) & 1) === 1;

export interface Axis {
  low: number;
  high: number;
  /** decimals that tell the values apart, and those of the printed ends */
  digits: number;
  ends: number;
}

/** The bars' axis: from a little under the smallest allowed Q-value to a little over the largest. */
export function axisOf(choice: Choice): Axis {
  const values = Array.from(choice.q).filter((_, action) => isAllowed(choice, action));
  const least = Math.min(...values);
  const most = Math.max(...values);
  const spread = Math.max(most - least, 1e-6);
  const digits = spread >= 0.5 ? 2 : Math.min(5, Math.ceil(-Math.log10(spread)) + 1);
  return { low: least - 0.08 * spread, high: most + 0.02 * spread, digits, ends: spread >= 2 ? 1 : digits };
}

/** "Greedy: +4.92 over WAIT", "Random roll. Greedy was LEFT" */
export function sentenceOf(choice: Choice, names: readonly string[]): string {
  const { action, greedy, random, q } = choice;
  if (random) return action === greedy ? tr("Random roll, same as greedy") : tr("Random roll. Greedy was {action}", { action: names[greedy]! });
  const others = names.map((_, i) => i).filter((i) => i !== action && isAllowed(choice, i));
  if (!others.length) return tr("The only action allowed");
  const second = others.reduce((best, i) => (q[i]! > q[best]! ? i : best));
  const margin = q[action]! - q[second]!;
  return tr("Greedy: {margin} over {action}", { margin: (margin < 0 ? "−" : "+") + fixed(Math.abs(margin), axisOf(choice).digits), action: names[second]! });
}

/** "−0.05", with a true minus */
export const signed = (value: number, digits: number): string => fixed(value, digits).replace("-", "−");
