/**
 * The one clock of the page. An animation frame ticks the state, has the pictures drawn, measures the painting, and
 * tells React at most ten times a second: pictures run at the screen's rate, words at the reader's.
 */
import { createStore } from "zustand/vanilla";
import type { StoreApi } from "zustand/vanilla";
import { pageNow } from "@/wire";
import { newWatch, painted, tick } from "./store";
import type { Watch } from "./store";

const WORDS_EVERY = 100;

export type Change = (watch: Watch, now: number) => Watch;

export interface Player {
  /** the state as React shows it */
  view: StoreApi<Watch>;
  /** the state as it is */
  state: () => Watch;
  /** something was heard: shown with the next frame */
  hear: (change: Change) => void;
  /** the viewer did something: shown at once */
  act: (change: Change) => void;
  /** called in every animation frame in which the picture may have changed */
  onDraw: (draw: () => void) => () => void;
  /** have the picture drawn in the next frame, whatever the state */
  redraw: () => void;
  /** run until the returned function is called */
  run: () => () => void;
}

export function createPlayer(): Player {
  let state = newWatch(pageNow());
  let drawn: Watch | null = null;
  let told = 0;
  let moving = false;
  const view = createStore<Watch>(() => state);
  const draws = new Set<() => void>();
  // A message posted while a frame is drawn arrives after the frame has been handed to the screen.
  const after = typeof MessageChannel === "undefined" ? null : new MessageChannel();

  const publish = (now: number) => {
    told = now;
    if (view.getState() !== state) view.setState(state, true);
  };
  const measure = () => {
    state = painted(state, pageNow());
  };
  if (after) after.port1.onmessage = measure;

  const frame = () => {
    const now = pageNow();
    state = tick(state, now);
    if (state !== drawn || moving) {
      // One more frame after the last step of a glide, so that the figure arrives.
      moving = state.from !== null && now - state.since < LONGEST_GLIDE;
      drawn = state;
      draws.forEach((draw) => draw());
      after?.port2.postMessage(null);
    }
    if (now - told >= WORDS_EVERY) publish(now);
  };

  return {
    view,
    state: () => state,
    hear: (change) => {
      state = change(state, pageNow());
    },
    act: (change) => {
      const now = pageNow();
      state = change(state, now);
      publish(now);
    },
    onDraw: (draw) => {
      draws.add(draw);
      return () => draws.delete(draw);
    },
    redraw: () => {
      drawn = null;
    },
    run: () => {
      let handle = requestAnimationFrame(function next() {
        frame();
        handle = requestAnimationFrame(next);
      });
      return () => cancelAnimationFrame(handle);
    },
  };
}
const LONGEST_GLIDE = 300;
