import { describe, expect, it } from "vitest";
import { checkpointAt } from "./useMind";
import { level, lifeOf, rowsOf } from "./testing/lives";
import { curveOf, imagined, mindOfThen, readSituation, stretches, writeSituation } from "./whatif";
import type { Checkpoint } from "@/api";

const life = lifeOf(rowsOf(3));
const at = { x: 1, y: 1, hour: 0, progress: 0, step: 12, meters: Float32Array.from([0.5, 0.25, 1]) };
const up = Float32Array.from([5, 4, 3, 2, 9, 0]);

describe("a moment in the address", () => {
  it("comes back as it was written", () => {
    expect(writeSituation(at)).toBe("1.1.0.12.50.25.100");
    expect(readSituation(level, "1.1.0.12.50.25.100")).toEqual(at);
  });
  it.each([null, "", "1.1.0.12.50.25", "5.1.0.12.50.25.100", "1.3.0.0.1.1.1", "1.1.24.0.1.1.1", "1.1.0.0.101.1.1", "1.1.0.0.x.1.1", "1.1.0.0.-1.1.1"])("%s is none of this level's", (text) => {
    expect(readSituation(level, text)).toBeNull();
  });
});

describe("an imagined moment", () => {
  it("has the best allowed action and its mask", () => {
    // A bed stands at 1,1: it can be used.
    expect(imagined(level, life, at, up).choice).toMatchObject({ action: 4, greedy: 4, random: false, mask: 0b111111 });
    expect(imagined(level, life, { ...at, x: 0, y: 0 }, up).choice).toMatchObject({ greedy: 1, mask: 0b101010 });
  });
  it("has no choice for the dead, nor before the mind has answered", () => {
    expect(imagined(level, life, { ...at, meters: [0, 1, 1] }, up).choice).toBeNull();
    expect(imagined(level, life, at, null).choice).toBeNull();
  });
});

it("a curve falls into stretches of one best action, and a gap where the life is over", () => {
  const situations = [0, 0.25, 0.5, 0.75].map((energy) => ({ ...at, x: 0, meters: [energy, 1, 1] }));
  const answers = Float32Array.from([up, up, [1, 7, 0, 0, 0, 0], [1, 7, 0, 0, 0, 0]].flatMap((row) => [...row]));
  const curve = curveOf(level, life, situations, answers);
  expect(curve[0]).toBeNull();
  expect(stretches(curve)).toEqual([{ action: null, from: 0, to: 0 }, { action: 0, from: 1, to: 1 }, { action: 1, from: 2, to: 3 }]);
});

it("the mind of then is the last one kept before the life ended", () => {
  const minds = [40, 90, 300].map((episode) => ({ episode }) as Checkpoint);
  expect([39, 40, 120, 999].map((life) => mindOfThen(minds, life)?.episode)).toEqual([undefined, 40, 90, 300]);
});

it("a mind in the address is the last one up to so many steps", () => {
  const minds = [100, 200, 300].map((steps) => ({ steps }) as Checkpoint);
  expect([null, 0, 100, 250, 999].map((steps) => checkpointAt(minds, steps)?.steps)).toEqual([300, 100, 100, 200, 300]);
  expect(checkpointAt([], 5)).toBeNull();
});
