import type { Level } from "@/api";

/** Colour of a meter, everywhere: the level names one of the meter tokens. */
export const hueOf = (level: Pick<Level, "meters">, meter: string | null): string => {
  const hue = level.meters.find(({ name }) => name === meter)?.hue;
  return hue ? `var(--m-${hue})` : "var(--ink-3)";
};
