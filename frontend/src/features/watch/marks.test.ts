import { describe, expect, it } from "vitest";
import { kept } from "@/testing/data";
import { around, kindsOf, livesOf } from "./lives";
import { marksOf, momentFor, wordOf } from "./marks";
import { level, lifeOf, rowsOf } from "./testing/lives";

const RUN = [
  kept(0, 20, "best", "periodic", "death:energy"),
  kept(8, 30, "best", "first:Bed"),
  kept(3, 25, "best", "first:Bar", "death:social"),
  kept(40, 12, "before stage 2"),
  kept(41, 28, "after stage 2"),
  kept(60, 100, "best", "retired"),
];

describe("the moments the system marks", () => {
  it("tells the first sleep, first uses, records, stages and the first death of each root, in the lives' order", () => {
    expect(marksOf(RUN, level).map(({ episode, text }) => `${episode} ${text}`)).toEqual([
      "0 First death rooted in energy",
      "3 Record: 25 steps",
      "3 First use of Bar",
      "3 First death rooted in social",
      "8 Record: 30 steps",
      "8 First sleep: Bed",
      "41 Stage 2 begins",
      "60 Record: 100 steps",
      "60 First to live to the end",
    ]);
  });

  it("calls the first use of a place that pays the first pay, and only that one", () => {
    const paying = { ...level, places: level.places.map((place) => (place.name === "Bar" ? { ...place, effects: { money: 0.2 } } : place)) };
    const twice = [kept(1, 9, "first:Bar"), kept(2, 9, "first:Bed")];
    expect(marksOf(twice, paying).map(({ text }) => text)).toEqual(["First pay: Bar", "First sleep: Bed"]);
  });

  it("marks nothing of a life kept only because its number came up, nor the first record of all", () => {
    expect(marksOf([kept(0, 20, "best", "periodic"), kept(1, 4, "periodic", "worst")], level)).toEqual([]);
  });

  it("has a word for every reason of the recorder", () => {
    const reasons = ["best", "worst", "periodic", "retired", "first:Bed", "death:social", "before stage 3", "after stage 3"];
    expect(reasons.map((reason) => wordOf(reason, level))).toEqual([
      "record", "shortest so far", "every so often", "first to live to the end", "first Bed", "first death rooted in social", "before stage 3", "after stage 3",
    ]);
  });
});

describe("the step of a mark", () => {
  const life = lifeOf(rowsOf(30, (t) => ({ used: t === 11 || t === 19 ? 0 : -1 })), { number: 8 });
  it("is the first use, the end of a death, the step past the record before", () => {
    expect(momentFor("first:Bed", life, level, RUN)).toBe(11);
    expect(momentFor("death:energy", life, level, RUN)).toBe(30);
    expect(momentFor("best", life, level, RUN)).toBe(26);
    expect(momentFor("after stage 2", life, level, RUN)).toBe(0);
  });
  it("is the end for a record that equals the one before and won by its return", () => {
    expect(momentFor("best", life, level, [kept(2, 30, "best"), kept(8, 30, "best")])).toBe(30);
  });
});

describe("the list of lives", () => {
  it("filters by what they were kept for, and offers only what there is", () => {
    expect(livesOf(RUN, "all").map(({ episode }) => episode)).toEqual([0, 3, 8, 40, 41, 60]);
    expect(livesOf(RUN, "stages").map(({ episode }) => episode)).toEqual([40, 41]);
    expect(kindsOf(RUN.slice(0, 2))).toEqual([
      { kind: "all", n: 2 }, { kind: "records", n: 2 }, { kind: "firsts", n: 1 }, { kind: "deaths", n: 1 }, { kind: "regular", n: 1 },
    ]);
  });
  it("finds the neighbours of a number, kept or not", () => {
    expect(around([0, 8, 3, 60], 8)).toEqual({ previous: 3, next: 60 });
    expect(around([0, 8], 5)).toEqual({ previous: 0, next: 8 });
    expect(around([4], 4)).toEqual({ previous: null, next: null });
    expect(around([4], null)).toEqual({ previous: null, next: null });
  });
});
