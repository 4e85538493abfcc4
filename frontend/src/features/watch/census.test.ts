import { describe, expect, it } from "vitest";
import { habitsOf, shares } from "./census";
import { level } from "./testing/lives";

const hours = <T>(make: (hour: number) => T): T[] => Array.from({ length: 24 }, (_, hour) => make(hour));
const counted = {
  uses: { Bed: 9, Bar: 4 },
  transitions: { Bed: { Bed: 6, Bar: 3 }, Bar: { Bed: 1 } },
  by_hour: {
    uses: { Bed: hours((hour) => (hour === 23 ? 8 : hour === 12 ? 1 : 0)), Bar: hours((hour) => (hour === 12 ? 4 : 0)) },
    transitions: hours((hour): Record<string, Record<string, number>> => (hour === 12 ? { Bed: { Bar: 3 } } : hour === 23 ? { Bed: { Bed: 6 }, Bar: { Bed: 1 } } : {})),
  },
};

describe("habits", () => {
  it("are what followed what, most first; a place that follows itself is left out", () => {
    expect(habitsOf(counted, "all", 24)).toEqual({
      places: [{ name: "Bed", uses: 9 }, { name: "Bar", uses: 4 }],
      follows: [{ from: "Bed", to: "Bar", count: 3 }, { from: "Bar", to: "Bed", count: 1 }],
    });
  });
  it("differ by day and by night", () => {
    expect(habitsOf(counted, "day", 24)).toEqual({ places: [{ name: "Bar", uses: 4 }, { name: "Bed", uses: 1 }], follows: [{ from: "Bed", to: "Bar", count: 3 }] });
    expect(habitsOf(counted, "night", 24)).toEqual({ places: [{ name: "Bed", uses: 8 }], follows: [{ from: "Bar", to: "Bed", count: 1 }] });
  });
  it("are of the whole day where no clock runs", () => {
    expect(habitsOf({ ...counted, by_hour: null }, "night", 24).places[0]).toEqual({ name: "Bed", uses: 9 });
  });
});

it("deaths fall to the level's own meters, most first, and to none that nobody died of", () => {
  expect(shares(level, { social: 7, energy: 2, money: 0, warmth: 3 }).map(({ meter, count }) => [meter.name, count])).toEqual([["social", 7], ["energy", 2]]);
});
