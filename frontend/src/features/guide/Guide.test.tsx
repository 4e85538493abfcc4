import { screen, within } from "@testing-library/react";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Level } from "@/api";
import { outdone, wholeUse } from "@/level";
import { DAY_AND_NIGHT, HARBOUR, LEVELS, TOWN } from "@/testing/data";
import { faults, open } from "@/testing/render";
import { serve } from "@/testing/server";
import { drains, ofAction, order, reward, traps } from "./facts";
import { Guide } from "./Guide";

const place = (level: Level, name: string) => level.places.find((one) => one.name === name)!;
const meter = (level: Level, name: string) => level.meters.find((one) => one.name === name)!;
const guide = (query = "") => open(`/guide${query}`, "/guide", <Guide />);

const scrolled = vi.fn();
Element.prototype.scrollIntoView = scrolled;
afterEach(() => scrolled.mockClear());

describe("what it says is the level's own", () => {
  test("a use is told whole: all its ticks, their costs and the completion", () => {
    const use = wholeUse(DAY_AND_NIGHT, place(DAY_AND_NIGHT, "Bar"));
    expect(use.ticks).toBe(2);
    expect(use.cost).toBeCloseTo(0.15, 6);
    expect(use.effects["social"]).toBeCloseTo(0.5, 6);
    expect(use.effects["health"]).toBeCloseTo(-0.05, 6);
    expect(wholeUse(TOWN, place(TOWN, "Bar"))).toMatchObject({ ticks: 1, cost: 0.15 });
  });

  test("a place that another outdoes is said to be, on the level where it is so", () => {
    // With instant uses the job beats labour in everything; with ticks labour pays more.
    expect(outdone(TOWN, place(TOWN, "Labor"))?.name).toBe("Job");
    expect(outdone(DAY_AND_NIGHT, place(DAY_AND_NIGHT, "Labor"))).toBeNull();
    // The chapel gives more company than the tavern and never closes; the tavern has longer to answer for.
    expect(outdone(HARBOUR, place(HARBOUR, "Tavern"))?.name).toBe("Chapel");
    expect(outdone(HARBOUR, place(HARBOUR, "Chapel"))).toBeNull();
  });

  test("what a use takes from a meter that kills is a trap", () => {
    expect(traps(DAY_AND_NIGHT, place(DAY_AND_NIGHT, "Job"))[0]).toBe("Takes 15 energy and 3 health: at zero of either the life ends.");
    expect(traps(HARBOUR, place(HARBOUR, "Lighthouse"))).toEqual(["Takes 5 strength: at zero of it the life ends."]);
    expect(traps(DAY_AND_NIGHT, place(DAY_AND_NIGHT, "Shower"))).toEqual([]);
  });

  test("cascades and what is paid always, in the meters' units", () => {
    expect(drains(TOWN, meter(TOWN, "social"))).toEqual([
      "Under 30 it drains mood, up to 0.4 a step at zero.",
      "Under 30 it drains energy, up to 0.08 a step at zero.",
    ]);
    expect(drains(TOWN, meter(TOWN, "fitness"))).toEqual(["At any value health pays for it: 0.05 a step when it is full, 0.3 when it is empty."]);
    expect(drains(TOWN, meter(TOWN, "money"))).toEqual([]);
  });

  test("actions by what they do, not by their names", () => {
    const [north] = HARBOUR.actions;
    expect(ofAction(HARBOUR, north!)).toEqual({ does: "One cell up", allowed: "Where the grid goes on", costs: "0.2 strength" });
    expect(ofAction(HARBOUR, HARBOUR.actions.find(({ kind }) => kind === "wait")!)).toEqual({ does: "Stays where it is", allowed: "Always", costs: "nothing" });
    expect(ofAction(TOWN, { name: "LEAP", kind: "move", dx: 2, dy: -1 }).does).toBe("One cell up and 2 cells right");
  });

  test("reward and order leave out what the level has not", () => {
    expect(reward(HARBOUR)).toHaveLength(2);
    expect(reward(TOWN)[0]).toContain("energy × health");
    expect(reward(TOWN)[1]).toBe("Who lives 1,000 steps earns 1 more.");
    expect(reward({ ...TOWN, reward: { ...TOWN.reward, retirement: -1000 } })[1]).toBe("Who lives 1,000 steps is fined 1,000.");
    expect(order(HARBOUR).join(" ")).not.toContain("paid for a meter");
    expect(order(HARBOUR)).toContain("TEND: the place is used, if one can pay and it is open.");
    expect(order(TOWN).join(" ")).not.toContain("clock");
  });
});

describe("the page", () => {
  test.each(Object.keys(LEVELS))("tells %s whole, and axe finds nothing", async (name) => {
    serve({});
    const { container } = guide(`?level=${name}`);
    const { level } = LEVELS[name]!;
    await screen.findByRole("heading", { level: 1, name: level.title });
    const cards = level.places.filter(({ deployed }) => deployed);
    for (const { title } of cards) expect(screen.getByRole("heading", { level: 3, name: title })).toBeVisible();
    expect(document.querySelectorAll(".guide-place")).toHaveLength(cards.length);
    expect(document.querySelectorAll(".guide-meter")).toHaveLength(level.meters.length);
    expect(await faults(container)).toEqual([]);
  });

  test("a level of one's own has its own meters, places, day and no money", async () => {
    serve({ "GET /levels": [HARBOUR], "GET /levels/harbour": HARBOUR });
    guide();
    await screen.findByRole("heading", { level: 1, name: "The harbour" });
    expect(screen.getByText("12 × 6 cells")).toBeVisible();
    expect(screen.getByText("a day of 12 hours")).toBeVisible();
    expect(document.querySelectorAll(".guide-meter")).toHaveLength(5);
    const galley = document.getElementById("place-Galley")!;
    expect(galley).toHaveTextContent("Open 03:00 to 02:00, takes 2 ticks");
    expect(galley.querySelectorAll(".guide-hours i.on")).toHaveLength(11);
    expect(document.body).not.toHaveTextContent(/\$|costs nothing|Measured here/);
    expect(within(document.getElementById("meter-calm")!).getByText(/Gains 0\.1 a step by itself/)).toBeVisible();
    expect(screen.getByRole("rowheader", { name: "TEND" })).toBeVisible();
  });

  test("an address leads to its thing, and another level is a choice away", async () => {
    serve({});
    const { user } = guide("?level=L3_temporal_mechanics#place-Bar");
    await screen.findByRole("heading", { level: 1, name: "Day and night" });
    await vi.waitFor(() => expect(scrolled.mock.contexts).toEqual([document.getElementById("place-Bar")]));
    expect(document.getElementById("place-Bar")).toHaveFocus();
    await user.selectOptions(screen.getByRole("combobox", { name: "Level" }), "Work and rest");
    await screen.findByRole("heading", { level: 1, name: "Work and rest" });
    expect(screen.getByText(/also has room for .*, which do not stand in this level/)).toBeVisible();
    expect(window.location.search).toBe("?level=L0_5_dual_resource");
  });

  test("a level that is not there is said not to be", async () => {
    serve({});
    guide("?level=atlantis");
    await screen.findByRole("heading", { level: 1, name: "This level cannot be read" });
    expect(screen.getByRole("button", { name: "The first level" })).toBeVisible();
  });
});
