import { describe, expect, it } from "vitest";
import { momentOf } from "@/wire";
import { chainOf, drainsOf, endTitle, stepsUnder } from "./causes";
import { axisOf, sentenceOf } from "./choice";
import { changesOf, dayOf, eventsOf, eventsUntil, returnsOf, skyIcon, usesOf, visitsOf, whyNot } from "./facts";
import { townOf } from "@/level";
import { amount, markOf, signedAmount, tiersOf } from "./level";
import { ringOf, sceneOf } from "./scene";
import { newWatch, receive, scrub } from "./store";
import { framesOf, level, lifeOf, rowsOf, temporal } from "./testing/lives";

const town = townOf(temporal);
const layout = { Bed: [1, 1], Bar: [3, 0] } as const;

describe("events", () => {
  it("tell uses with what they really did: a full meter cannot rise", () => {
    const life = lifeOf([{ meters: [0.2, 1, 0.5], action: 4, used: 0 }, { meters: [0.8, 1, 0.4], action: 4, used: 0 }, {}]);
    const uses = eventsOf(life, level).filter((event) => event.kind === "use");
    expect(uses.map(({ t, tick, of }) => [t, tick, of])).toEqual([[0, 1, 1], [1, 1, 1]]);
    expect(uses[0]!.effects[0]![1]).toBeCloseTo(0.5, 5);
    expect(uses[1]!.effects[0]![1]).toBeCloseTo(0.2, 5);
    expect(uses[0]!.effects.at(-1)![0]).toBe("money");
    expect(uses[0]!.effects.at(-1)![1]).toBeCloseTo(-0.1, 5);
  });

  it("a use of several ticks is one event that grows, complete or not", () => {
    const life = lifeOf([
      { action: 4, used: 0, progress: 0, meters: [0.1, 1, 0.5] },
      { action: 4, used: 0, progress: 1, meters: [0.2, 1, 0.48] },
      { action: 5, progress: 2 },
      { action: 4, used: 0, progress: 2, meters: [0.3, 1, 0.46] },
      { action: 4, used: 0, progress: 0, meters: [0.4, 1, 0.44] },
      {},
    ]);
    const at = (t: number) => eventsUntil(life, temporal, t).flatMap((event) => (event.kind === "use" ? [[event.t, event.tick]] : []));
    expect(at(0)).toEqual([]);
    expect(at(1)).toEqual([[0, 1]]);
    expect(at(3)).toEqual([[1, 2]]);
    expect(at(4)).toEqual([[3, 3]]);
    expect(at(5)).toEqual([[3, 3], [4, 1]]);
    expect(usesOf(life, temporal, 0, 5)).toBe(2);
    const whole = eventsUntil(life, temporal, 4).find((event) => event.kind === "use")!;
    // three ticks of 0.1 and the completion's 0.2
    expect(whole.kind === "use" && whole.effects[0]![1]).toBeCloseTo(0.5, 5);
  });

  it("tell a meter that falls under its mark once, and a vital one that is critical", () => {
    const values = [1, 0.4, 0.29, 0.31, 0.28, 0.11, 0.1, 0.5, 0.2];
    const life = lifeOf(values.map((energy) => ({ meters: [energy, 1, 0.5] })), { end: null });
    expect(eventsOf(life, level).map((event) => [event.kind, event.t])).toEqual([["low", 2], ["critical", 5], ["low", 8]]);
  });

  it("tell random moves", () => {
    const life = lifeOf([{ random: true, action: 2 }, {}], { end: null });
    expect(eventsOf(life, level)).toEqual([{ kind: "random", t: 0, action: 2 }]);
  });
});

describe("sums of a life", () => {
  const life = lifeOf(rowsOf(5, (t) => ({ x: t % 2, y: 1, reward: t / 4, hour: (t + 22) % 24 })));
  it("returns, visits, days", () => {
    expect(Array.from(returnsOf(life, level))).toEqual([0, 0, 0.25, 0.75, 1.5, 2.5]);
    const visits = visitsOf(life, 5, 3, 5);
    expect([visits[5], visits[6], visits[14]]).toEqual([3, 2, 1]);
    expect(visitsOf(life, 5, 3, 1)[5]).toBe(1);
    expect([0, 1, 2, 4].map((t) => dayOf(life, t, 24))).toEqual([1, 1, 2, 2]);
  });
});

describe("why an action is not allowed", () => {
  const at = (row: object) => momentOf(lifeOf([row, {}]), 0);
  it.each([
    [0, { x: 2, y: 0 }, "wall above"],
    [2, { x: 0, y: 1 }, "wall to the left"],
    [3, { x: 4, y: 1 }, "wall to the right"],
    [1, { x: 2, y: 2 }, "wall below"],
    [4, { x: 0, y: 0, hour: 12 }, "nothing to use here"],
    [4, { x: 3, y: 0, hour: 12 }, "closed until 18:00"],
  ])("action %i at %o: %s", (action, row, words) => {
    expect(whyNot(temporal, town, layout, at(row), action)).toBe(words);
  });
});

describe("the clock", () => {
  it("says what opens and closes next", () => {
    expect(changesOf(town, layout, 12)).toEqual(["Bar opens 18:00", "Bar closes 04:00"]);
    expect(changesOf(townOf(level), layout, 12)).toEqual(["", ""]);
  });
  it("has a sky", () => {
    expect([3, 6, 12, 19, 22].map(skyIcon)).toEqual(["moon-stars", "sun-horizon", "sun", "sun-horizon", "moon-stars"]);
  });
});

describe("the choice in words", () => {
  const names = level.actions.map(({ name }) => name);
  const choice = (row: object) => momentOf(lifeOf([row, {}]), 0).choice!;
  it.each([
    [{ action: 2, greedy: 2, q: [20.8, 22.7, 29.5, 20.9, 0, 24.6], mask: 0b101111 }, "Greedy: +4.90 over WAIT"],
    [{ action: 1, greedy: 2, random: true }, "Random roll. Greedy was LEFT"],
    [{ action: 2, greedy: 2, random: true }, "Random roll, same as greedy"],
    [{ action: 5, greedy: 5, mask: 0b100000 }, "The only action allowed"],
  ])("%o: %s", (row, words) => {
    expect(sentenceOf(choice(row), names)).toBe(words);
  });
  it("has an axis that holds the allowed values alone, with decimals that tell them apart", () => {
    const wide = axisOf(choice({ q: [20, 30, -99, 25, 21, 22], mask: 0b111011 }));
    expect([wide.low < 20, wide.low > 18, wide.high >= 30, wide.digits, wide.ends]).toEqual([true, true, true, 2, 1]);
    expect(axisOf(choice({ q: [1.001, 1.002, 1.003, 1.004, 1.005, 1.006] })).digits).toBe(4);
  });
});

describe("who drains whom", () => {
  it("a cascade takes in proportion to what is missing", () => {
    expect(drainsOf(level, [1, 0.3, 0.5])).toEqual([]);
    const [drain] = drainsOf(level, [1, 0.1, 0.5]);
    expect([drain!.source, drain!.target]).toEqual(["social", "energy"]);
    expect(drain!.amount).toBeCloseTo(0.02, 6);
  });

  it("the chain goes from the root to the fatal meter", () => {
    const lonely = lifeOf(rowsOf(20, () => ({ meters: [0.5, 0.05, 0.5] })), { end: { root: "social", final: { x: 0, y: 0, meters: [0, 0, 0.5], hour: 0 } } });
    expect(chainOf(level, lonely)).toEqual(["social", "energy"]);
    expect(stepsUnder(lonely, 1, 0.3)).toBe(21);
  });

  it("nobody is blamed where nobody drained", () => {
    const tired = lifeOf(rowsOf(5), { end: { root: "energy" } });
    expect(chainOf(level, tired)).toEqual(["energy"]);
    expect(stepsUnder(tired, 1, 0.3)).toBe(0);
  });

  it("the trainer's word stands where this reckoning differs", () => {
    expect(chainOf(level, lifeOf(rowsOf(5), { end: { root: "social" } }))).toEqual(["social", "energy"]);
  });

  it("an end has a title", () => {
    const end = (change: object) => endTitle(level, lifeOf(rowsOf(2), { end: change }));
    expect(end({})).toBe("Died of exhaustion");
    expect(end({ died_of: "social" })).toBe("Ran out of social");
    expect(end({ cause: "retired", died_of: null })).toBe("Lived to the end");
    expect(end({ cause: "cut", died_of: null })).toBe("Ended by the trainer");
  });
});

describe("a level", () => {
  it("has its meters by tier, with marks where others suffer", () => {
    expect(tiersOf(level).map(({ title, meters }) => [title, ...meters.map(({ meter }) => meter.name)])).toEqual([
      ["Vitals", "energy"],
      ["Comforts", "social"],
      ["Resource", "money"],
    ]);
    expect(level.meters.map((meter) => markOf(level, meter))).toEqual([0.3, 0.3, null]);
  });
  it("writes amounts in the meter's unit", () => {
    expect([amount(level.meters[0]!, 0.234), amount(level.meters[2]!, 0.23), signedAmount(level.meters[2]!, -0.04)]).toEqual(["23", "$23", "−$4"]);
  });
  it("has hours and ticks only where a clock runs", () => {
    expect(townOf(level).places.map(({ hours, ticks }) => [hours, ticks])).toEqual([[null, 1], [null, 1]]);
    expect(town.places.map(({ hours, ticks }) => [hours, ticks])).toEqual([[null, 3], [[18, 28], 2]]);
  });
});

describe("the picture's scene", () => {
  it("the ring shows the ticks done, and is full in the step after the last", () => {
    const life = lifeOf([
      { x: 1, y: 1, action: 4, used: 0 },
      { x: 1, y: 1, action: 4, used: 0, progress: 1 },
      { x: 1, y: 1, action: 4, used: 0, progress: 2 },
      { x: 1, y: 1 },
      { x: 1, y: 1 },
    ]);
    expect([0, 1, 2, 3, 4].map((t) => ringOf(life, t, town)?.done ?? null)).toEqual([null, 1, 2, 3, null]);
    expect(ringOf(life, 1, townOf(level))).toBeNull();
  });

  it("has the trail behind the agent, and the dead at the end", () => {
    const w = framesOf(rowsOf(20)).reduce((state, frame) => receive(state, frame, 0), newWatch(0));
    const scene = sceneOf(scrub(w, 18, 0), level, townOf(level), { trail: true, field: "heat" }, 0, false)!;
    expect([scene.trail.length, scene.trail.at(-1)!.x, scene.agent!.x, scene.agent!.state]).toEqual([16, 2, 3, "alive"]);
    expect(Array.from(scene.heat!).reduce((sum, n) => sum + n)).toBe(19);
    const end = sceneOf(scrub(w, 20, 0), level, townOf(level), { trail: false, field: null }, 0, false)!;
    expect([end.agent!.state, end.trail.length, end.heat]).toEqual(["dead", 0, null]);
  });

  it("glides from cell to cell, unless motion is unwelcome or steps come too fast", () => {
    let w = framesOf(rowsOf(20)).reduce((state, frame) => receive(state, frame, 0), newWatch(0));
    w = { ...w, t: 3, from: 2, since: 100 };
    const glide = (state: typeof w, still = false) => sceneOf(state, level, townOf(level), { trail: true, field: null }, 150, still)!.agent!;
    expect([glide(w).from, glide(w).glide]).toEqual([[2, 0], 0.5]);
    expect(glide(w, true).from).toEqual([3, 0]);
    expect(glide({ ...w, speed: 16 }).from).toEqual([3, 0]);
  });
});
