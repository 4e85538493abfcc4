import type { LevelMeter, LevelPlace } from "@/api";

export { actionIcon, amount, capital, CRITICAL, markOf, signedAmount, tiersOf } from "@/level";

export type Meter = LevelMeter;
export type Place = LevelPlace;

export const hueOf = (meter: Pick<Meter, "hue"> | undefined): string => (meter ? `var(--m-${meter.hue}, var(--ink-2))` : "var(--ink-2)");
