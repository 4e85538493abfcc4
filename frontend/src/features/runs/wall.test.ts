import { describe, expect, it } from "vitest";
import { run } from "@/testing/data";
import { beat, BEAT, columnsFor, hung } from "./wall";
import { NOTHING } from "./glance";

const runs = Array.from({ length: 15 }, (_, i) => run({ id: `r${i}`, created_at: `2026-11-24T10:${String(59 - i).padStart(2, "0")}:00Z` }));

describe("what hangs on the wall", () => {
  it("all that train, oldest first, at most twelve", () => {
    const { shown, left } = hung([...runs, run({ id: "over", state: "finished" })], []);
    expect(shown.map(({ id }) => id)).toEqual(Array.from({ length: 12 }, (_, i) => `r${14 - i}`));
    expect(left).toBe(3);
  });

  it("the runs that are named, in that order, each once, without those that are gone", () => {
    expect(hung(runs, ["r3", "gone", "r1", "r3"])).toEqual({ shown: [runs[3], runs[1]], left: 0 });
  });

  it.each([[1, 1416, 820, 1], [2, 1416, 820, 2], [3, 1416, 820, 3], [4, 1416, 820, 4], [6, 1416, 820, 3], [12, 1896, 1000, 6], [12, 800, 1600, 3], [3, 390, 1200, 1]])(
    "%i pictures on %i × %i px stand in %i columns",
    (n, width, height, columns) => expect(columnsFor(n, { width, height })).toBe(columns),
  );

  it("a picture without a life stays as it is", () => {
    const hanging = { glance: NOTHING, since: 0, from: null };
    expect(beat(hanging, BEAT + 1)).toBe(hanging);
  });
});
