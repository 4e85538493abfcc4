import { dotsOf } from "./fields";
import { describe, expect, it } from "vitest";
import { cellName, columnName, darkness, isOpen, placeAt, sentence } from ".";
import type { Scene, Town } from ".";
import { mix } from "./color";
import { fit, labelsFor, viewOf } from "./geometry";
import { fitted } from "./places";

const town: Town = {
  width: 12,
  height: 6,
  sight: null,
  day: 24,
  places: [{ index: 0, name: "Well", title: "Well", icon: "drop", badge: null, hue: "hygiene", hours: [18, 28], ticks: 1 }],
};

describe("cells", () => {
  it("have names as on a chess board: rows count upward", () => {
    expect([cellName(town, 0, 5), cellName(town, 11, 0)]).toEqual(["a1", "l6"]);
  });
  it("have numbers for columns where the alphabet is too short", () => {
    expect([columnName({ width: 26 }, 25), columnName({ width: 27 }, 25), cellName({ width: 40, height: 9 }, 30, 2)]).toEqual(["z", "26", "31,7"]);
  });
  it("know their place", () => {
    expect(placeAt(town, { Well: [3, 2] }, 3, 2)?.name).toBe("Well");
    expect(placeAt(town, { Well: [3, 2] }, 2, 3)).toBeNull();
  });
});

describe("opening hours", () => {
  const open = (hours: [number, number] | null, hour: number | null) => isOpen({ hours }, hour, 24);
  it.each([
    [[8, 18], 8, true],
    [[8, 18], 18, false],
    [[18, 28], 23, true],
    [[18, 28], 3, true],
    [[18, 28], 4, false],
    [null, 3, true],
    [[8, 18], null, true],
  ] as [[number, number] | null, number | null, boolean][])("%o at %s: %s", (hours, hour, is) => {
    expect(open(hours, hour)).toBe(is);
  });
});

it("night falls by degrees, and never without a clock", () => {
  expect([0, 4, 5, 6, 7, 12, 17, 18, 20, 21].map((hour) => darkness(hour, 24))).toEqual([1, 1, 1, 0.5, 0, 0, 0, 0.25, 0.75, 1]);
  expect(darkness(null, null)).toBe(0);
  expect(darkness(6, 12)).toBe(0);
});

describe("the picture says in a sentence", () => {
  const scene = (agent: Scene["agent"], hour: number | null = 16): Scene => ({ town, layout: {}, hour, agent, trail: [], heat: null, sight: false });
  const agent = { x: 6, y: 1, from: [6, 1] as const, glide: 1, toward: [-1, 0] as const, state: "alive" as const, ring: null };
  it("hour, cell and choice", () => {
    expect(sentence(scene(agent), "LEFT")).toBe("16:00. Agent at g5, choosing LEFT.");
    expect(sentence(scene({ ...agent, state: "dead" }, null), null)).toBe("The agent died at g5.");
    expect(sentence(scene(null, 7), null)).toBe("07:00. Town of 12 by 6 cells. Nobody is in it.");
  });
});

describe("geometry", () => {
  const style = { labels: "full", coords: true, thumb: false } as const;
  it("fits any grid into any box, keeping its shape", () => {
    const view = viewOf(town, style);
    for (const box of [{ width: 600, height: 560 }, { width: 300, height: 900 }, { width: 900, height: 100 }]) {
      const { width, height } = fit(view, box);
      expect(width).toBeLessThanOrEqual(box.width + 0.001);
      expect(height).toBeLessThanOrEqual(box.height + 0.001);
      expect(width / height).toBeCloseTo(view.width / view.height);
    }
  });
  it("does not blow up a small town", () => {
    expect(fit(viewOf({ width: 3, height: 3 }, style), { width: 2000, height: 2000 }).width).toBeLessThan(450);
  });
  it("gives names up where there is no room for them", () => {
    expect([80, 58, 50, 39].map(labelsFor)).toEqual(["full", "full", "short", "none"]);
  });
  it("cuts a name to what fits", () => {
    const pen = { measureText: (text: string) => ({ width: text.length * 10 }) as TextMetrics };
    expect([fitted(pen, "Bed", 40), fitted(pen, "Home meal", 60), fitted(pen, "Observatory", 50)]).toEqual(["Bed", "Home.", "Obse."]);
  });
});

// What Chromium's own color-mix(in oklab, …) gives for these pairs.
it.each([
  ["#8B022C", 0.34, "#E9ECF2", "#d0a4aa"],
  ["#A58500", 0.13, "#FFFFFF", "#f3efe3"],
  ["#038FD8", 0.38, "#FFFFFF", "#b1d5f2"],
  ["#FADF26", 0.17, "#141923", "#34362e"],
  ["#ffffff", 0.5, "#000000", "#636363"],
  ["#ff0000", 0, "#00ff00", "#00ff00"],
])("%s by %d in %s is %s", (one, share, other, mixed) => {
  expect(mix(one, share, other)).toBe(mixed);
});

it("the newest cell has sixteen dots, the least new one, an unmeasured one none", () => {
  expect(dotsOf([0.2, null, 0.8, 0.51])).toEqual([1, 0, 4, 3]);
  expect(dotsOf([0.5, 0.5])).toEqual([1, 1]);
});
