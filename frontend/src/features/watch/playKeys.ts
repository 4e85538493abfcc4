import type { Player } from "./player";
import { setSpeed, SPEEDS, step, toggle } from "./store";

const pressed = (event: KeyboardEvent) => (event.target as HTMLElement | null)?.closest?.("button, a, select, dialog, [role=slider]");

/** The keys that play a life, for `useKeys`: Space, the arrows (with Shift a day), 1 2 3 for the speed. */
export function playKeys(player: Player): Record<string, (event: KeyboardEvent) => unknown> {
  const steps = (by: number) => (event: KeyboardEvent) => {
    if ((event.target as HTMLElement | null)?.closest?.("dialog, select, input, [role=radiogroup]")) return false;
    player.act((w, now) => step(w, event.shiftKey ? by * 24 : by, now));
  };
  return {
    " ": (event) => (pressed(event) ? false : player.act(toggle)),
    ArrowLeft: steps(-1),
    ArrowRight: steps(1),
    ...Object.fromEntries(SPEEDS.map(([key, speed]) => [key, () => player.act((w, now) => setSpeed(w, speed, now))])),
  };
}
