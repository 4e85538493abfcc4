import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { exam, run } from "@/testing/data";
import { faults, open } from "@/testing/render";
import { serve } from "@/testing/server";
import { momentOf } from "@/wire";
import type { Census } from "./census";
import { Deaths } from "./Deaths";
import { Habits } from "./Habits";
import { Rewards } from "./Rewards";
import { level, lifeOf, rowsOf, temporal } from "./testing/lives";

const hours = (at: number, count: number) => Array.from({ length: 24 }, (_, hour) => (hour === at ? count : 0));
const census = {
  checkpoint: "c", steps: 100, episode: 9, visits: [[1, 2, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]], novelty: null,
  uses: { Bed: 9, Bar: 4 },
  transitions: { Bed: { Bed: 6, Bar: 3 } },
  by_hour: { uses: { Bed: hours(23, 9), Bar: hours(12, 4) }, transitions: Array.from({ length: 24 }, (_, hour) => (hour === 12 ? { Bed: { Bar: 3 } } : {})) },
  deaths: { energy: 8 },
  roots: { social: 6, energy: 2 },
} as unknown as Census;
const dead = { cause: "death", died_of: "energy", reasons: [], stage: null, multiplier: 1, epsilon: 0, at: 0, bytes: 1, return: 3 };

it("habits tell what followed what, by day and by night", async () => {
  const { user, container } = open("/", "/", <Habits level={temporal} counted={{ census, none: null }} />);
  expect(screen.getByRole("img", { name: "What follows what: Bar after Bed 3 times" })).toBeVisible();
  await user.click(screen.getByRole("radio", { name: "Night" }));
  expect(screen.getByRole("img", { name: /no place followed another yet/ })).toBeVisible();
  expect(screen.queryByRole("img", { name: "Bar" })).toBeNull();
  expect(await faults(container)).toEqual([]);
});

it("what is not counted yet is not shown", () => {
  open("/", "/", <Habits level={level} counted={{ census: null, none: "This run has kept no checkpoint, so nothing was counted." }} />);
  expect(screen.getByRole("status")).toHaveTextContent("nothing was counted");
});

it("deaths are told by root cause, in training and in the last examination, and lead to their replays", async () => {
  serve({
    "GET /runs/r1/evaluations": { items: [{ ...exam([5, 6], { energy: 2 }), lives: 2 }] },
    "GET /runs/r1/episodes": { items: [{ ...dead, episode: 3, steps: 41, root: "social" }, { ...dead, episode: 7, steps: 52, root: "energy" }, { ...dead, episode: 8, steps: 90, cause: "retired", died_of: null, root: null }] },
  });
  const { user, container } = open("/", "/", <Deaths run={run()} level={level} counted={{ census, none: null }} />);
  await screen.findByRole("radio", { name: "Last examination" });
  const names = () => within(screen.getByRole("group", { name: /Root causes/ })).getAllByRole("button").map((button) => button.getAttribute("aria-label"));
  expect(names()).toEqual(["Social: 6 of 8 deaths", "Energy: 2 of 8 deaths"]);
  expect(screen.getAllByRole("link").map((link) => link.getAttribute("href"))).toEqual(["/runs/r1/replay/7", "/runs/r1/replay/3"]);
  await user.click(screen.getByRole("button", { name: /^Social/ }));
  expect(screen.getByRole("link")).toHaveTextContent("Died of exhaustion from social");
  await user.click(screen.getByRole("radio", { name: "Last examination" }));
  expect(names()).toEqual(["Energy: 2 of 2 deaths"]);
  expect(await faults(container)).toEqual([]);
});

it("rewards are told as far as the life has come, without curiosity where there is none", () => {
  const life = lifeOf(rowsOf(5, (t) => ({ reward: t < 4 ? 0.5 : 1 })));
  const { unmount } = open("/", "/", <Rewards level={level} life={life} moment={momentOf(life, 4)} />);
  expect(screen.getByRole("img", { name: "Reward of a step, from the world 0.50 on average" })).toBeVisible();
  expect(screen.queryByText("curiosity")).toBeNull();
  unmount();
  open("/", "/", <Rewards level={level} life={life} moment={momentOf(life, 0)} />);
  expect(screen.getByText("No step has been rewarded yet.")).toBeVisible();
});
