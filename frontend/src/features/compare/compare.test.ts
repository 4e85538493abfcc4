import { describe, expect, it } from "vitest";
import { level, lifeOf, rowsOf } from "@/features/watch/testing/lives";
import { kept, run } from "@/testing/data";
import { meant, refOf, runsOf, textOf } from "./address";
import { csvOf } from "./csv";
import { partingOf, spanOfBoth } from "./fork";
import { curveOf, differences, groupsOf, intervalOf, tableOf, turnsOf } from "./groups";
import type { Overlay } from "./groups";
import { placeLabels, scaleOf, shortOf, ticksOf } from "./scale";
import { sumsOf } from "./sums";

describe("where two lives part", () => {
  const walk = (turn: number, length = 20) => lifeOf(rowsOf(length, (t) => ({ x: t % 5, action: t === turn ? 2 : 3 })));
  it("is the first step at which they choose differently", () => {
    expect(partingOf(walk(7), walk(12))).toEqual({ kind: "fork", t: 7, a: 2, b: 3, x: 2, y: 0 });
  });
  it("is the beginning when they part at once", () => {
    expect(partingOf(walk(0), walk(5))).toMatchObject({ kind: "fork", t: 0 });
  });
  it("is nowhere in the same life, or in one that goes on longer", () => {
    expect(partingOf(walk(3), walk(3))).toEqual({ kind: "same", t: 20 });
    expect(partingOf(walk(-1, 9), walk(-1, 20))).toEqual({ kind: "same", t: 9 });
  });
  it("is not claimed for lives that begin differently; what differs is named", () => {
    const elsewhere = lifeOf(rowsOf(9, () => ({ x: 1 })));
    const poorer = lifeOf(rowsOf(9, () => ({ x: 0, meters: [0.5, 1, 0.5], hour: 8 })));
    expect(partingOf(lifeOf(rowsOf(9, () => ({ x: 0 }))), elsewhere)).toEqual({ kind: "starts", differ: ["cell"] });
    expect(partingOf(lifeOf(rowsOf(9, () => ({ x: 0 }))), poorer)).toEqual({ kind: "starts", differ: ["meters", "hour"] });
    const moved = { ...walk(3), meta: { ...walk(3).meta, layout: { Bed: [4, 2] as [number, number] } } };
    expect(partingOf(walk(3), moved)).toEqual({ kind: "starts", differ: ["layout"] });
    const milder = { ...walk(3), meta: { ...walk(3).meta, multiplier: 0.5 } };
    expect(partingOf(walk(3), milder)).toEqual({ kind: "starts", differ: ["depletion"] });
    const other = { ...walk(3), meta: { ...walk(3).meta, digest: "ff" } };
    expect(partingOf(walk(3), other)).toEqual({ kind: "starts", differ: ["level"] });
  });
  it("is not called a choice where the same choices led to other states", () => {
    const drained = lifeOf(rowsOf(20, (t) => ({ x: t % 5, action: 3, meters: [t > 5 ? 0.8 : 1, 1, 0.5] })));
    expect(partingOf(walk(-1), drained)).toEqual({ kind: "world", t: 6 });
  });
  it("gives both lives one clock", () => {
    expect(spanOfBoth(walk(1, 100), walk(1, 40))).toBe(103);
    expect(spanOfBoth(null, walk(1, 40))).toBe(42);
  });
});

it("sums a life: dice, cascades, what came in, and each use once", () => {
  const life = lifeOf(
    rowsOf(10, (t) => ({ random: t < 3, meters: [1, t < 4 ? 0.2 : 0.9, 0.5 + (t >= 5 ? 0.1 : 0) + (t >= 8 ? 0.2 : 0)], reward: 0.5, used: t === 4 || t === 7 ? 1 : -1 })),
    { end: { final: { x: 0, y: 0, meters: [0, 0.5, 0.4], hour: 0 } } },
  );
  const sums = sumsOf(life, level);
  expect(sums).toMatchObject({ survived: 10, returned: 5, random: 0.3, drained: 0.4 });
  expect(sums.earned).toBeCloseTo(0.3, 5);
  expect([...sums.uses]).toEqual([[1, 2]]);
  expect(sumsOf(life, { ...level, currency: null }).earned).toBeNull();
});

describe("what the address names", () => {
  const lives = [kept(0, 10, "best"), kept(5, 90, "best"), kept(9, 20, "periodic")];
  it("reads a life's number or a word for it, and writes it back", () => {
    for (const text of ["r1:5", "r1:best", "r1:latest"]) expect(textOf(refOf(text)!)).toBe(text);
    expect(refOf("r1")).toEqual({ run: "r1", episode: "best" });
    expect(refOf("r1:nonsense")).toEqual({ run: "r1", episode: "best" });
    expect(refOf(null)).toBeNull();
  });
  it("finds the life that is meant", () => {
    expect(["r1:best", "r1:latest", "r1:0", "r1:7"].map((text) => meant(refOf(text)!, lives)?.episode ?? null)).toEqual([5, 9, 0, null]);
    expect(runsOf("a,b,,a")).toEqual(["a", "b"]);
  });
});

describe("runs in one picture", () => {
  const seeds = [1, 2, 3].map((seed) => run({ id: `s${seed}`, name: `kelp-${seed}`, seed, config: { seed, gamma: 0.99, lanes: 16 } }));
  const other = run({ id: "o", name: "basalt", seed: 1, config: { seed: 1, lanes: 16, gamma: 0.95 } });
  const overlay = (curves: Partial<Overlay["curves"][number]>[]): Overlay => ({
    metric: "survival_mean", axis: "steps", left: 0, width: 10, points: 10,
    curves: curves.map((curve) => ({ run: "s1", bins: [], low: curve.mean!, high: curve.mean!, rows: curve.mean!.map(() => 1), mean: [], ...curve })) as Overlay["curves"],
  });

  it("are grouped when nothing but the seed differs", () => {
    expect(groupsOf([seeds[0]!, other, seeds[1]!, seeds[2]!]).map(({ name, runs }) => [name, runs.length])).toEqual([["kelp-1 +2", 3], ["basalt", 1]]);
  });
  it("show only the settings in which they differ, never the seed", () => {
    expect(differences(groupsOf([...seeds, other]))).toEqual([{ name: "gamma", values: [0.99, 0.95], differs: true }]);
    expect(differences(groupsOf([...seeds, other]), true).map(({ name }) => name)).toEqual(["gamma", "lanes"]);
    expect(differences(groupsOf(seeds))).toEqual([]);
  });
  it("have the mean of their seeds with Student's 95 % interval and its n", () => {
    // Three values 1, 2, 3: mean 2, s = 1, half width 4.303 / √3.
    expect(intervalOf([1, 2, 3], 2)!.map((value) => Number(value.toFixed(3)))).toEqual([-0.484, 4.484]);
    expect(intervalOf([5], 5)).toBeNull();
    const [point] = curveOf(groupsOf(seeds)[0]!, overlay([{ run: "s1", bins: [0], mean: [1] }, { run: "s2", bins: [0], mean: [2] }, { run: "s3", bins: [0], mean: [3] }]));
    expect(point).toMatchObject({ x: 5, mean: 2, n: 3, extremes: [1, 3] });
  });
  it("count only the seeds that reach so far, and join a seed's own measurements by straight lines", () => {
    const points = curveOf(groupsOf(seeds)[0]!, overlay([{ run: "s1", bins: [0, 2], mean: [10, 30] }, { run: "s2", bins: [0, 1, 2, 3], mean: [0, 0, 0, 0] }]));
    expect(points.map(({ mean, n }) => [mean, n])).toEqual([[5, 2], [10, 2], [15, 2], [0, 1]]);
    expect(points[3]!.interval).toBeNull();
  });
  it("keep every extreme, however short, and the scale holds it", () => {
    const spiky = overlay([{ run: "s1", bins: [0, 1], mean: [10, 10], low: [1, 10], high: [10, 900] }]);
    const curve = curveOf(groupsOf([seeds[0]!])[0]!, spiky);
    expect(curve.map(({ extremes }) => extremes)).toEqual([[1, 10], [10, 900]]);
    const point = { x: 50, mean: 100, n: 2, interval: [-300, 500], extremes: [80, 120] } as const;
    const frame = { left: 0, right: 100, width: 500, height: 300, margin: { left: 50, right: 50, top: 10, foot: 20 } };
    expect(scaleOf([[{ ...point, interval: [...point.interval], extremes: [...point.extremes] }]], frame).low).toBe(0);
    const scale = scaleOf([curve], { left: 0, right: 100, width: 500, height: 300, margin: { left: 50, right: 50, top: 10, foot: 20 } });
    expect(scale.low).toBeLessThanOrEqual(1);
    expect(scale.high).toBeGreaterThanOrEqual(900);
    expect(scale.Y(900)).toBeGreaterThanOrEqual(scale.top);
  });
  it("say where their stage changes, of several seeds where the middle one's does", () => {
    const [group] = groupsOf(seeds);
    const curve = curveOf(group!, overlay(seeds.map(({ id }) => ({ run: id, bins: [0, 1, 2, 3], mean: [10, 20, 30, 40] }))));
    const stages = overlay([{ run: "s1", bins: [0, 1, 3], mean: [1, 2, 3] }, { run: "s2", bins: [0, 2], mean: [1, 2] }, { run: "s3", bins: [0, 3], mean: [1, 2] }]);
    expect(turnsOf(group!, stages, curve)).toEqual([{ x: 25, mean: 30, stage: 2 }]);
    expect(turnsOf(group!, overlay([]), curve)).toEqual([]);
  });
  it("nothing measured is no curve", () => {
    expect(curveOf(groupsOf(seeds)[0]!, overlay([]))).toEqual([]);
  });
  it("are a table too, with an empty cell where nothing is known", () => {
    const groups = groupsOf([seeds[0]!, other]);
    const curves = groups.map((group) => curveOf(group, overlay([{ run: "s1", bins: [0], mean: [7] }, { run: "o", bins: [1], mean: [8] }])));
    expect(tableOf(groups, curves, "steps")).toEqual([
      ["steps", ...["kelp-1", "basalt"].flatMap((name) => ["mean", "95% low", "95% high", "least", "most", "n"].map((what) => `${name}: ${what}`))],
      [5, 7, null, null, 7, 7, 1, null, null, null, null, null, null],
      [15, null, null, null, null, null, null, 8, null, null, 8, 8, 1],
    ]);
  });
});

describe("the picture", () => {
  it("has round ticks", () => {
    expect(ticksOf(0, 500, 6)).toEqual([0, 100, 200, 300, 400, 500]);
    expect(ticksOf(0.0021, 0.0049, 4)).toEqual([0.003, 0.004]);
    expect(ticksOf(3, 3, 5)).toEqual([3]);
  });
  it("writes no name over another, and none outside", () => {
    const placed = placeLabels([100, 101, 102, null, 299], 10, 300) as number[];
    const there = placed.filter((y) => y !== null).sort((a, b) => a - b);
    for (let i = 1; i < there.length; i++) expect(there[i]! - there[i - 1]!).toBeGreaterThanOrEqual(17);
    expect(placed[3]).toBeNull();
    expect(Math.max(...there)).toBeLessThanOrEqual(300);
  });
  it("says steps, lives and time in short", () => {
    expect([shortOf(240_000, "steps"), shortOf(1_500_000, "steps"), shortOf(1_200, "episodes"), shortOf(90_000, "time"), shortOf(600_000, "time")]).toEqual(["240 k", "1.5 M", "1,200", "90 s", "10 min"]);
  });
});

it("a CSV keeps commas and quotes, leaves the unknown empty, and disarms what a spreadsheet would run", () => {
  expect(csvOf([["a", 'say "x", y'], [1.5, null], ["=cmd()", -2]])).toBe('a,"say ""x"", y"\r\n1.5,\r\n\'=cmd(),-2\r\n');
});
