import { describe, expect, it } from "vitest";
import { lastMoment } from "@/wire";
import { badgeOf, delayText } from "./badge";
import { behindOf, delayOf, followsEdge, goLive, holdOf, isOver, linked, newWatch, painted, ponged, receive, scrub, setSpeed, show, step, STEPS_PER_SECOND, tick, toggle } from "./store";
import type { Watch } from "./store";
import { AT, framesOf, lifeOf, rowsOf } from "./testing/lives";

const hearAll = (w: Watch, frames: ReturnType<typeof framesOf>, now: number) => frames.reduce((state, frame) => receive(state, frame, now), w);
const life = (number: number, steps = 10, more = {}) => framesOf(rowsOf(steps), { number, at: AT + number * 10_000, ...more });
/** Ticks sixty times a second from `from` on, for `ms` and a little: a step that is due is done. */
function play(w: Watch, from: number, ms: number): Watch {
  for (let now = from; now <= from + ms + 20; now += 1000 / 60) w = tick(w, now);
  return w;
}
const STEP = 1000 / (4 * STEPS_PER_SECOND);
const running = { state: "training", place: null, episodes: 0 } as const;

describe("at full speed", () => {
  it("puts the first life on stage as soon as it has a row, and lets it grow there", () => {
    const [first, second, third] = life(0, 30, { chunk: 10 });
    let w = receive(newWatch(0), first!, 0);
    expect([w.stage!.length, w.t, w.follow]).toEqual([10, 0, true]);
    w = receive(receive(w, second!, 50), third!, 100);
    expect([w.stage!.length, w.stage!.end?.steps]).toEqual([30, 30]);
  });

  it("plays at the viewer's own speed", () => {
    let w = hearAll(newWatch(0), life(0, 100), 0);
    w = play(w, 0, 1000);
    expect(w.t).toBe(8);
    w = setSpeed(w, 16, 1000);
    w = play(w, 1000, 1000);
    expect(w.t).toBe(8 + 32);
    w = setSpeed(w, 1, 2000);
    w = play(w, 2000, 1000);
    expect(w.t).toBe(42);
    w = setSpeed(w, 0.25, 3000);
    expect([play(w, 3000, 1900).t, play(w, 3000, 4000).t]).toEqual([42, 44]);
  });

  it("keeps the newest whole life waiting and counts those that went by", () => {
    let w = hearAll(newWatch(0), life(0, 4), 0);
    w = hearAll(w, life(3, 4), 10);
    w = hearAll(w, life(7, 4), 20);
    expect([w.stage!.number, w.waiting!.number]).toEqual([0, 7]);
    w = play(w, 20, 4 * STEP + holdOf(4) + 100);
    expect([w.stage!.number, w.waiting, w.passed, w.t]).toEqual([7, null, 6, 0]);
    expect(w.shelf.map(({ number }) => number)).toEqual([0]);
  });

  it("when the stage is free, the life being lived just now goes on before the one that waits", () => {
    let w = hearAll(newWatch(0), life(0, 2), 0);
    w = hearAll(w, life(3, 4), 5);
    const [first, second] = life(4, 30, { chunk: 10 });
    w = receive(w, first!, 10);
    expect([w.waiting!.number, w.stage!.number]).toEqual([3, 0]);
    w = play(w, 10, 2 * STEP + holdOf(4) + 50);
    expect([w.stage!.number, w.stage!.length]).toEqual([4, 10]);
    w = receive(w, second!, 6000);
    expect(w.stage!.length).toBe(20);
  });

  it("a life that begins when the stage has long been free goes on with its first step", () => {
    let w = hearAll(newWatch(0), life(0, 2), 0);
    w = play(w, 0, 20_000);
    expect([w.stage!.number, isOver(w)]).toEqual([0, true]);
    w = receive(w, life(1, 30, { chunk: 10 })[0]!, 20_100);
    expect([w.stage!.number, w.t]).toEqual([1, 0]);
  });

  it("shows a life that ends in the last second of the wait at once: it could not be fresher", () => {
    let w = hearAll(newWatch(0), life(0, 2), 0);
    w = play(w, 0, 2 * STEP + holdOf(4) - 500);
    expect(w.stage!.number).toBe(0);
    w = hearAll(w, life(9, 5), 2 * STEP + holdOf(4) - 400);
    expect(w.stage!.number).toBe(9);
  });

  it("goes on without the rest of a life that the air dropped", () => {
    let w = receive(newWatch(0), life(0, 30, { chunk: 3 })[0]!, 0);
    w = hearAll(w, life(1, 5), 10);
    w = play(w, 10, 3 * STEP + 50);
    expect(w.stage!.number).toBe(1);
  });

  it("does not play back the time a tab was hidden", () => {
    let w = hearAll(newWatch(0), life(0, 100), 0);
    w = play(w, 0, 500);
    expect(w.t).toBe(4);
    expect(tick(w, 60_000).t).toBe(5);
  });
});

describe("frames that do not follow", () => {
  it("are left out when they were seen already", () => {
    const frames = life(0, 30, { chunk: 10 });
    let w = hearAll(newWatch(0), frames.slice(0, 2), 0);
    const before = w;
    w = receive(w, frames[1]!, 1);
    expect(w).toBe(before);
  });

  it("break the life off, and the next one begins anew", () => {
    const frames = life(0, 30, { chunk: 10 });
    let w = hearAll(newWatch(0), [frames[0]!, frames[2]!], 0);
    expect([w.incoming, w.stage!.length]).toEqual([null, 10]);
    w = hearAll(w, life(1, 5), 10);
    expect(w.waiting!.number).toBe(1);
  });

  it("after a reconnection start the same life again; what is shown only grows", () => {
    const frames = life(0, 30, { chunk: 10 });
    let w = hearAll(newWatch(0), frames.slice(0, 2), 0);
    w = receive(w, frames[0]!, 100);
    expect(w.stage!.length).toBe(20);
    w = receive(receive(w, frames[1]!, 100), frames[2]!, 100);
    expect([w.stage!.length, w.stage!.end !== null]).toEqual([30, true]);
  });
});

describe("in a paced run", () => {
  const paced = (number: number, steps: number) => life(number, steps, { pace: 5, chunk: 1, end: null });

  it("the stage follows the step being trained, whatever the speed", () => {
    const frames = paced(0, 20);
    let w = receive(newWatch(0), frames[0]!, 0);
    for (let i = 1; i < 20; i++) {
      w = receive(w, frames[i]!, i * 200);
      w = tick(w, i * 200 + 16);
      expect(w.t).toBe(i);
    }
    expect(followsEdge(setSpeed(w, 1, 4000))).toBe(true);
  });

  it("a new life is on stage with its first step", () => {
    let w = hearAll(newWatch(0), life(0, 3, { pace: 5 }), 0);
    w = receive(w, paced(1, 3)[0]!, 200);
    expect([w.stage!.number, w.t]).toEqual([1, 0]);
  });

  it("late joiners see the present step, not the beginning", () => {
    const w = hearAll(newWatch(0), life(0, 40, { pace: 5, end: null }), 0);
    expect(w.t).toBe(39);
  });

  it("who scrubs falls behind, counted in steps, and comes back to the edge", () => {
    let w = hearAll(newWatch(0), paced(0, 50), 0);
    w = tick(play(w, 0, 500), 500);
    w = scrub(w, 3, 600);
    expect(behindOf(w)).toEqual({ steps: 46 });
    w = goLive(w, 700);
    expect([w.t, behindOf(w), w.playing]).toEqual([49, null, true]);
  });
});

describe("the viewer's hand", () => {
  const start = () => hearAll(newWatch(0), life(0, 30), 0);

  it("pauses and plays on from the same step", () => {
    let w = play(start(), 0, 1000);
    w = toggle(w, 1000);
    expect(play(w, 1000, 5000).t).toBe(8);
    w = toggle(w, 6000);
    expect(play(w, 6000, STEP + 20).t).toBe(9);
  });

  it("steps on and back, and stands still", () => {
    let w = step(play(start(), 0, 1000), 1, 1000);
    expect([w.t, w.from, w.playing]).toEqual([9, 8, false]);
    w = step(w, -24, 1000);
    expect([w.t, w.from]).toEqual([0, null]);
    expect(step(w, 1000, 1000).t).toBe(30);
  });

  it("holds the next life back as long as it is paused", () => {
    let w = hearAll(start(), life(5, 5), 10);
    w = play(w, 0, 30 * STEP + 100);
    expect(isOver(w)).toBe(true);
    w = toggle(w, 30 * STEP + 100);
    expect(play(w, 30 * STEP + 100, 20_000).stage!.number).toBe(0);
    expect(goLive(w, 0).stage!.number).toBe(5);
  });

  it("back to live: the newest whole life, from its beginning", () => {
    let w = hearAll(toggle(start(), 100), life(8, 5), 200);
    expect(behindOf(w)).toEqual({ lives: 8 });
    w = goLive(w, 300);
    expect([w.stage!.number, w.t, w.follow, behindOf(w)]).toEqual([8, 0, true, null]);
  });

  it("a replay leaves the life on the air aside and comes back to it", () => {
    let w = hearAll(start(), life(4, 10), 10);
    w = play(w, 0, 30 * STEP + holdOf(4) + 50);
    expect(w.stage!.number).toBe(4);
    w = show(w, w.shelf[0]!, 9000);
    expect([w.stage!.number, w.follow, w.replay!.aside!.number]).toEqual([0, false, 4]);
    w = goLive(w, 9100);
    expect([w.stage!.number, w.replay, w.follow]).toEqual([4, null, true]);
  });

  it("a replay stops at its end, and plays again from the start", () => {
    let w = show(start(), lifeOf(rowsOf(3), { number: 2 }), 0);
    w = play(w, 0, 3 * STEP + holdOf(4) + 100);
    expect([w.t, w.playing]).toEqual([3, false]);
    expect(toggle(w, 9999).t).toBe(0);
  });

  it("the best life of a run that is over plays again and again", () => {
    let w = show(newWatch(0), lifeOf(rowsOf(3)), 0, { loop: true });
    w = play(w, 0, 3 * STEP + holdOf(4) + STEP / 2);
    expect([w.t, w.playing]).toEqual([0, true]);
  });

  it("a paused life that ends is followed by the newest, so that nobody is left behind", () => {
    let w = hearAll(toggle(start(), 0), life(6, 5), 10);
    w = play(toggle(w, 1000), 1000, 30 * STEP + holdOf(4) + 100);
    expect([w.stage!.number, w.follow]).toEqual([6, true]);
  });
});

describe("the delay", () => {
  // The server's clock is 500 ms ahead of this page's.
  const synced = (w: Watch) => ponged(linked(w, { state: "open", since: AT - 1000 }), AT - 900, AT - 400 + 5, AT - 890);

  it("is unknown before the clocks have been compared", () => {
    const w = painted(hearAll(newWatch(0), life(0, 5), 0), 10);
    expect(delayOf(w, 20)).toBeNull();
  });

  it("of a whole life: from its end to its first painting", () => {
    let w = hearAll(synced(newWatch(0)), life(0, 5), AT);
    // It ended at AT + 50 by the trainer's clock, that is AT - 450 here.
    w = painted(w, AT - 450 + 120);
    expect(delayOf(w, AT)).toBeCloseTo(120, 0);
    expect(painted(w, AT + 5000).paints).toHaveLength(1);
  });

  it("in a paced run: from the step to its painting, 95th percentile of the last 5 s", () => {
    const frames = life(0, 40, { pace: 10, chunk: 1, end: null });
    let w = synced(newWatch(0));
    frames.forEach((frame, i) => {
      const came = frame.at - 500 + 20;
      w = painted(tick(receive(w, frame, came), came), came + (i === 30 ? 400 : 10));
    });
    const now = frames.at(-1)!.at - 500 + 100;
    expect(delayOf(w, now)).toBeCloseTo(30, 0);
    expect(w.paints.length).toBe(40);
    expect(delayOf(w, now + 60_000)).toBeCloseTo(30, 0);
  });

  it("does not count what happened before the line was open", () => {
    let w = linked(synced(newWatch(0)), { state: "open", since: AT });
    w = painted(hearAll(w, life(0, 5, { at: AT - 20_000 }), AT), AT + 10);
    expect(delayOf(w, AT + 20)).toBeNull();
  });

  it("is not measured for what the viewer looks at again", () => {
    const w = hearAll(synced(newWatch(0)), life(0, 5), AT);
    expect(painted(scrub(w, 2, AT), AT).paints).toHaveLength(0);
  });
});

describe("the badge", () => {
  const open = (w: Watch) => linked(w, { state: "open", since: 0 });

  it("follows the run and the line", () => {
    const w = newWatch(0);
    expect(badgeOf(w, undefined, 0).kind).toBe("connecting");
    expect(badgeOf(w, { ...running, state: "queued", place: 2 }, 0)).toEqual({ kind: "queued", place: 2 });
    expect(badgeOf(open(w), running, 0).kind).toBe("warming");
    expect(badgeOf(linked(w, { state: "lost", since: 0, retry: null }), running, 0).kind).toBe("lost");
    expect(badgeOf(open(w), { ...running, state: "finished", episodes: 5000 }, 0)).toEqual({ kind: "finished", episodes: 5000 });
    expect(badgeOf(open(w), { ...running, state: "failed" }, 0).kind).toBe("failed");
  });

  it("says that the training is paused, whether there is a life to show or not, and how far behind the viewer is first", () => {
    const w = open(newWatch(0));
    expect(badgeOf(w, { ...running, state: "paused" }, 0)).toEqual({ kind: "paused" });
    const shown = play(hearAll(w, life(0, 2), 0), 0, 2_000);
    expect(badgeOf(shown, { ...running, state: "pausing" }, 12_000)).toEqual({ kind: "pausing" });
    expect(badgeOf(shown, { ...running, state: "paused" }, 12_000)).toEqual({ kind: "paused" });
    expect(badgeOf(toggle(shown, 0), { ...running, state: "paused" }, 12_000)).toEqual({ kind: "behind", text: "Picture paused", short: "Picture paused" });
  });

  it("is red under a second, amber above, and says what was measured", () => {
    let w = hearAll(open(newWatch(0)), life(0, 5), AT);
    w = ponged(w, AT, AT + 5, AT + 10);
    const fast = painted(w, AT + 50 + 184);
    expect(badgeOf(fast, running, AT + 300)).toMatchObject({ kind: "live", late: false, text: "184 ms" });
    const slow = painted(w, AT + 50 + 2100);
    expect(badgeOf(slow, running, AT + 2200)).toMatchObject({ kind: "live", late: true, text: "2.1 s" });
    expect(badgeOf(w, running, AT)).toMatchObject({ kind: "live", delay: null, text: "" });
  });

  it("says so when the trainer is silent and nothing is left to show", () => {
    let w = hearAll(open(newWatch(0)), life(0, 2), 0);
    w = play(w, 0, 2_000);
    expect(badgeOf(w, running, 4_000).kind).toBe("live");
    expect(badgeOf(w, running, 12_000)).toEqual({ kind: "silent", seconds: 12, turn: false });
    expect(badgeOf(w, { ...running, state: "queued" }, 12_000)).toMatchObject({ kind: "silent", turn: true });
    expect(badgeOf(hearAll(w, life(1, 9), 12_500), running, 12_600).kind).toBe("live");
  });

  it("says how far behind the viewer is", () => {
    const w = hearAll(open(newWatch(0)), life(0, 30), 0);
    expect(badgeOf(toggle(w, 0), running, 0)).toEqual({ kind: "behind", text: "Picture paused", short: "Picture paused" });
    expect(badgeOf(scrub(play(w, 0, 1000), 5, 1000), running, 0)).toEqual({ kind: "behind", text: "3 steps behind", short: "3 behind" });
    expect(badgeOf(hearAll(toggle(w, 0), life(1, 3), 1), running, 0)).toEqual({ kind: "behind", text: "1 life behind", short: "1 life behind" });
    expect(badgeOf(show(w, w.stage!, 0), running, 0)).toEqual({ kind: "behind", text: "Replay", short: "Replay" });
  });

  it.each([[0, "0 ms"], [184.4, "184 ms"], [999.6, "1.0 s"], [2140, "2.1 s"], [9960, "10 s"], [61_000, "61 s"]])("%d ms reads %s", (ms, text) => {
    expect(delayText(ms)).toBe(text);
  });
});

it("never shows a moment that is not there, whatever comes", () => {
  let seed = 7;
  const dice = (n: number) => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % n;
  let w = newWatch(0);
  let number = 0;
  let frames: ReturnType<typeof framesOf> = [];
  for (let now = 0; now < 400_000; now += 40) {
    if (!frames.length) frames = life((number += 1 + dice(3)), 1 + dice(40), { chunk: 1 + dice(9), pace: dice(4) ? null : 5 });
    const deed = dice(12);
    if (deed < 3) w = receive(w, frames.shift()!, now);
    else if (deed === 3 && dice(8) === 0) frames.shift();
    else if (deed === 4 && dice(9) === 0) w = toggle(w, now);
    else if (deed === 5 && dice(9) === 0) w = scrub(w, dice(50), now);
    else if (deed === 6 && dice(9) === 0) w = goLive(w, now);
    else if (deed === 7 && w.shelf.length && dice(9) === 0) w = show(w, w.shelf[0]!, now);
    w = painted(tick(w, now), now);
    if (w.stage) expect(w.t >= 0 && w.t <= lastMoment(w.stage)).toBe(true);
    expect(w.shelf.length).toBeLessThanOrEqual(8);
  }
});
