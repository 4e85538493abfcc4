import { momentOf } from "@/wire";
import type { Life, Moment } from "@/wire";
import type { Player } from "./player";
import { STEPS_PER_SECOND } from "./store";
import { useWatch } from "./usePlayer";

export interface Shown {
  life: Life | null;
  t: number;
  moment: Moment | null;
  /** steps come quicker than a bar can glide */
  still: boolean;
}

const GLIDES_UP_TO = 8;

/** The moment on stage, as often as words are told. */
export function useShown(player: Player): Shown {
  const life = useWatch(player, (w) => w.stage);
  const t = useWatch(player, (w) => w.t);
  const still = useWatch(player, (w) => w.playing && (w.stage?.meta.pace ?? w.speed * STEPS_PER_SECOND) > GLIDES_UP_TO);
  return { life, t, moment: life ? momentOf(life, t) : null, still };
}
