import type { Level, LevelMeter } from "@/api";
import { fixed } from "@/ui/format";
import { tr } from "@/words";

/** A meter's value as its unit shows it: 23 of 100, "$23". */
export function amount(meter: LevelMeter, value: number, digits = 0): string {
  const unit = meter.unit as { symbol?: string; full?: number } | null;
  return `${unit?.symbol ?? ""}${fixed(value * (unit?.full ?? 100), digits)}`;
}

/** The same with its sign: "+19", "−$4". */
export function signedAmount(meter: LevelMeter, value: number, digits = 0): string {
  return (value < 0 ? "−" : "+") + amount(meter, Math.abs(value), digits);
}

/** The mark on a meter: below it others suffer (its cascades' threshold), or it is low. Null for a mere resource. */
export function markOf(level: Level, meter: LevelMeter): number | null {
  const thresholds = level.cascades.filter(({ source }) => source === meter.name).map(({ threshold }) => threshold);
  if (thresholds.length) return Math.max(...thresholds);
  return meter.tier === "resource" ? null : 0.3;
}
export const CRITICAL = 0.12;

const TIERS = [
  ["vital", tr("Vitals"), tr("zero ends the episode")],
  ["need", tr("Needs"), tr("feed the vitals")],
  ["comfort", tr("Comforts"), tr("feed the needs")],
  ["resource", tr("Resource"), tr("pays for everything")],
] as const;

export interface Tier {
  name: string;
  title: string;
  note: string;
  meters: { meter: LevelMeter; index: number }[];
}

/** The meters by tier, vitals first; within a tier as the level lists them. Notes only where they are true of the level. */
export function tiersOf(level: Level): Tier[] {
  const names: string[] = [...TIERS.map(([name]) => name), ...level.meters.map(({ tier }) => tier)];
  return [...new Set(names)].flatMap((name) => {
    const meters = level.meters.map((meter, index) => ({ meter, index })).filter(({ meter }) => meter.tier === name);
    const known = TIERS.find(([tier]) => tier === name);
    const told = name !== "resource" || meters.some(({ meter }) => meter.name === level.currency);
    return meters.length ? [{ name, title: known?.[1] ?? capital(name), note: (told && known?.[2]) || "", meters }] : [];
  });
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The sign of an action: an arrow for a move, a hand, an hourglass. */
export function actionIcon({ kind, dx, dy }: Pick<Level["actions"][number], "kind" | "dx" | "dy">): string {
  if (kind === "interact") return "hand-tap";
  if (kind === "wait") return "hourglass-simple-medium";
  if (Math.abs(dx) > Math.abs(dy)) return dx < 0 ? "arrow-left" : "arrow-right";
  return dy < 0 ? "arrow-up" : "arrow-down";
}
