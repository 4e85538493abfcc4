import { isOver, newWatch, show, tick } from "@/features/watch/store";
import type { Watch } from "@/features/watch/store";
import type { Life } from "@/wire";

/** A moment of playing, as the pages' own clock has it. */
export interface Playing {
  watch: Watch;
  /** ms since the life began to play */
  now: number;
  /** the figure glides from cell to cell */
  glides: boolean;
}

/** How long the end stays, ms. */
const LAST = 1_500;

/** The life played at the pages' usual speed (4×), `fps` pictures a second, to its end and a little beyond. */
export function* momentsOf(life: Life, fps: number, glides: boolean): Generator<Playing> {
  let watch = show(newWatch(0), life, 0);
  let ended: number | null = null;
  for (let i = 0; ; i++) {
    const now = (1_000 * i) / fps;
    // The clock counts whole steps; a picture that falls a rounding error before its step would show the one before.
    watch = tick(watch, now + 1e-6);
    if (isOver(watch)) ended ??= now;
    if (ended !== null && now - ended > LAST) return;
    yield { watch, now, glides };
  }
}
