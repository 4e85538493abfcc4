import { describe, expect, test } from "vitest";
import { run } from "@/testing/data";
import { axisTop, groupOf, inGroup, queryOf, summary, viewOf, visible } from "./list";
import type { View } from "./list";

const ALL: View = { group: "all", text: "", tag: "", column: "created", way: "down" };
const names = (runs: ReturnType<typeof visible>) => runs.map(({ name }) => name);
const RUNS = [
  run({ id: "1", name: "auk", best: 200, created_at: "2026-11-24T08:00:00Z" }),
  run({ id: "2", name: "Bittern", best: null, state: "queued", steps: 0, progress: 0, created_at: "2026-11-24T09:00:00Z", viewers: 0 }),
  run({ id: "3", name: "curlew", best: 500, state: "finished", created_at: "2026-11-24T07:00:00Z", viewers: 1 }),
];

describe("the list of runs", () => {
  test("shows the newest first", () => {
    expect(names(visible(RUNS, ALL))).toEqual(["Bittern", "auk", "curlew"]);
  });
  test("sorts by best, and what has none yet comes last either way", () => {
    expect(names(visible(RUNS, { ...ALL, column: "best", way: "down" }))).toEqual(["curlew", "auk", "Bittern"]);
    expect(names(visible(RUNS, { ...ALL, column: "best", way: "up" }))).toEqual(["auk", "curlew", "Bittern"]);
  });
  test("sorts names without minding capitals", () => {
    expect(names(visible(RUNS, { ...ALL, column: "name", way: "up" }))).toEqual(["auk", "Bittern", "curlew"]);
  });
  test("finds every word somewhere", () => {
    expect(names(visible(RUNS, { ...ALL, text: "town CURL" }))).toEqual(["curlew"]);
  });
  test("a run between two turns still counts as training, one that has not begun as queued", () => {
    expect(inGroup(run({ state: "queued", steps: 5_000 }), "training")).toBe(true);
    expect(inGroup(run({ state: "queued", steps: 0 }), "queued")).toBe(true);
  });
  test("a paused run is neither training nor queued nor stopped, one that is about to be still trains", () => {
    expect(groupOf(run({ state: "paused", steps: 0 }))).toBe("paused");
    expect(groupOf(run({ state: "paused", steps: 5_000 }))).toBe("paused");
    expect(groupOf(run({ state: "pausing", steps: 5_000 }))).toBe("training");
    expect(summary([...RUNS, run({ state: "paused", viewers: 0 })])).toBe("1 training, 1 queued, 1 paused, 1 finished. 24 people watching.");
  });
  test("a failed run is among the stopped ones", () => {
    expect(inGroup(run({ state: "failed" }), "ended")).toBe(true);
  });
  test("is summed up in a sentence", () => {
    expect(summary(RUNS)).toBe("1 training, 1 queued, 1 finished. 24 people watching.");
  });
  test("draws all curves on one round axis", () => {
    expect(axisTop([run({ spark: [80, 371.2] }), run({ spark: [612] })])).toBe(800);
    expect(axisTop([])).toBe(1);
  });
});

test("a view is a link, and a damaged link is the plain list", () => {
  const view: View = { group: "finished", tag: "sleep", text: "fog", column: "best", way: "up" };
  expect(viewOf(queryOf(view))).toEqual(view);
  expect(viewOf(new URLSearchParams("state=nonsense&sort=__proto__.sideways"))).toEqual(ALL);
  expect(queryOf(ALL).toString()).toBe("");
});
