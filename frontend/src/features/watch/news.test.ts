import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import type { Evaluation } from "@/api";
import { runQuery } from "@/api";
import { kept } from "@/testing/data";
import { curveOf, roundTop, smoothed, thinned } from "./curve";
import { spanOf, timeAt, xOf } from "./lifeline";
import { bestOf, keepNews, metricsQuery, withRows } from "./queries";
import { lifeOf, rowsOf } from "./testing/lives";

describe("the learning curve's rows", () => {
  const known = { steps: [100, 200], survival_mean: [10, 20] };
  it("grow by what is new, and a row told twice counts once", () => {
    expect(withRows(known, { steps: [200, 300], survival_mean: [20, 30] })).toEqual({ steps: [100, 200, 300], survival_mean: [10, 20, 30] });
    expect(withRows(known, { steps: [200], survival_mean: [20] })).toBe(known);
  });
  it("have holes where a column was not told", () => {
    expect(withRows(known, { steps: [300], loss: [0.5] })).toEqual({ steps: [100, 200, 300], survival_mean: [10, 20, null], loss: [null, null, 0.5] });
  });
  it("do not grow without end: of the older ones every second goes, the first and the newest stay", () => {
    let rows: Record<string, (number | null)[]> = { steps: [0], survival_mean: [0] };
    for (let step = 1; step < 20_000; step++) rows = withRows(rows, { steps: [step], survival_mean: [step] })!;
    const { steps } = rows as { steps: number[] };
    expect(steps.length).toBeLessThanOrEqual(3_000);
    expect(rows["survival_mean"]).toEqual(steps);
    expect([steps[0], ...steps.slice(-1_000)]).toEqual([0, ...Array.from({ length: 1_000 }, (_, i) => 19_000 + i)]);
    expect(steps.every((step, i) => i === 0 || step > steps[i - 1]!)).toBe(true);
  });
  it("are not begun by news: HTTP has the truth", () => {
    const cache = new QueryClient();
    keepNews(cache, "7", { type: "metrics", columns: { steps: [1] } });
    expect(cache.getQueryData(metricsQuery("7").queryKey)).toBeUndefined();
  });
});

it("news of the run reach the page's cache", () => {
  const cache = new QueryClient();
  keepNews(cache, "7", { type: "run", run: { id: "7", state: "training", viewers: 1 } });
  keepNews(cache, "7", { type: "viewers", count: 23 });
  expect(cache.getQueryData(runQuery("7").queryKey)).toMatchObject({ state: "training", viewers: 23 });
});

describe("the curve", () => {
  const columns = {
    steps: [100, 200, 300, 400],
    episodes: [1, 2, 3, 4],
    survival_mean: [10, null, 30, 40],
    survival_p10: [5, null, 10, 20],
    survival_p90: [20, null, 90, 60],
    epsilon: [1, 0.8, 0.6, 0.4],
    stage: [1, 1, 2, 2],
  };
  const exam = (steps: number, mean: number) => ({ steps, episodes: steps / 100, mean }) as Evaluation;

  it("leaves out what was not measured, and shows the whole budget", () => {
    const curve = curveOf(columns, [], "steps", 1000, 20);
    expect(curve.mean).toEqual([{ x: 100, y: 10 }, { x: 300, y: 30 }, { x: 400, y: 40 }]);
    expect([curve.right, curve.top]).toEqual([1000, 100]);
    expect(curve.stages).toEqual([{ stage: 1, from: 0, to: 200 }, { stage: 2, from: 200, to: 400 }]);
  });
  it("over lives ends with the newest life", () => {
    expect(curveOf(columns, [], "episodes", 1000, null).right).toBe(4);
  });
  it("marks the best examination, and is high enough for it", () => {
    const curve = curveOf(columns, [exam(400, 130), exam(200, 140)], "steps", 1000, null);
    expect(curve.exams.map(({ x, best }) => [x, best])).toEqual([[200, true], [400, false]]);
    expect(curve.top).toBe(150);
  });
  it("does not go on above the lifespan", () => {
    expect(curveOf({ ...columns, survival_p90: [990, null, 1000, 1000] }, [], "steps", 1000, null, 1000).top).toBe(1000);
  });
  it("has a running mean that ends where the measurements do", () => {
    const mean = smoothed(Array.from({ length: 120 }, (_, x) => ({ x, y: x % 2 ? 10 : 20 })));
    expect([mean.length, mean[0]!.y, mean.at(-1)!.y, mean.at(-1)!.x]).toEqual([120, 20, 15, 119]);
    expect(smoothed([{ x: 1, y: 7 }])).toEqual([{ x: 1, y: 7 }]);
  });
  it("hides no extreme when it is thinned", () => {
    const points = Array.from({ length: 5000 }, (_, x) => ({ x, y: x === 1234 ? 999 : x === 4321 ? -5 : 10 }));
    const few = thinned(points, 200, ({ y }) => y);
    expect(few.length).toBeLessThanOrEqual(200);
    expect([Math.max(...few.map(({ y }) => y)), Math.min(...few.map(({ y }) => y)), few[0]!.x, few.at(-1)!.x]).toEqual([999, -5, 0, 4999]);
    expect(few.every((point, i) => !i || few[i - 1]!.x <= point.x)).toBe(true);
  });
  it.each([[3, 20], [21, 50], [113, 150], [950, 1000], [1001, 1500], [4200, 5000]])("%d is held by %d", (value, top) => {
    expect(roundTop(value)).toBe(top);
  });
});

describe("the lifeline", () => {
  const look = { width: 500, height: 100, small: false };
  it("spans a finished life, and a round number of steps of one that goes on", () => {
    expect(spanOf(lifeOf(rowsOf(200)), 1000)).toBe(204);
    expect(spanOf(lifeOf(rowsOf(40), { end: null }), 1000)).toBe(60);
    expect(spanOf(lifeOf(rowsOf(230), { end: null }), 1000)).toBe(260);
    expect(spanOf(lifeOf(rowsOf(95), { end: null }), 100)).toBe(100);
  });
  it("knows the step under the pointer", () => {
    expect(timeAt(look, 200, xOf(look, 200, 77))).toBeCloseTo(77);
  });
});

it("a run that is over plays the longest of the lives kept as its best", () => {
  expect(bestOf([kept(1, 90, "best"), kept(5, 300, "best"), kept(8, 40, "worst")])?.episode).toBe(5);
  expect(bestOf([kept(0, 9, "periodic")])?.episode).toBe(0);
  expect(bestOf([])).toBeNull();
});
