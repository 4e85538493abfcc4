import type { Watch } from "@/features/watch/parts";
import { lastMoment } from "@/wire";
import type { Life } from "@/wire";

/** The shared clock as one life has it: at its own end it stays there. */
export function sideOf(w: Watch, life: Life): Watch {
  const last = lastMoment(life);
  return { ...w, stage: life, t: Math.min(w.t, last), from: w.t > last ? null : w.from };
}
