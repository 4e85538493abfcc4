import { encode } from "@msgpack/msgpack";
import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { framesOf, level, rowsOf } from "@/features/watch/testing/lives";
import { kept, run } from "@/testing/data";
import { faults, open } from "@/testing/render";
import { Compare } from ".";

const RUNS = [
  run({ id: "r1", name: "kelp-33", level: "T_test", state: "finished", seed: 1, config: { seed: 1, gamma: 0.99 }, best: 400 }),
  run({ id: "r2", name: "kelp-34", level: "T_test", state: "finished", seed: 2, config: { seed: 2, gamma: 0.99 }, best: 300 }),
  run({ id: "r3", name: "basalt", level: "T_test", state: "finished", seed: 1, config: { seed: 1, gamma: 0.95 }, best: 200 }),
];
const curve = (id: string, mean: number[]) => ({ run: id, bins: mean.map((_, i) => i), mean, low: mean.map((v) => v - 1), high: mean.map((v) => v + 1), rows: mean.map(() => 3) });
const overlay = (query: URLSearchParams, curves: object[]) => ({ metric: query.get("metric"), axis: query.get("axis"), left: 0, width: 100, points: 3, curves });

let asked: URL[];
let answers: Record<string, unknown>;
beforeEach(() => {
  asked = [];
  answers = {
    "/me": { user: { name: "ophelia", role: "student" }, csrf: "x" },
    "/runs": { items: RUNS, next: null },
    "/levels/T_test": level,
    "/curves": (query: URLSearchParams) => overlay(query, [curve("r1", [10, 20, 30]), curve("r2", [20, 40, 50]), curve("r3", [5, 5, 5])]),
  };
  for (const one of RUNS) {
    answers[`/runs/${one.id}`] = one;
    answers[`/runs/${one.id}/episodes`] = { items: [kept(4, 30, "periodic"), kept(9, 20, "periodic")] };
    for (const [episode, steps] of [[4, 30], [9, 20]] as const) {
      const [frame] = framesOf(rowsOf(steps, (t) => ({ x: t % 5, action: episode === 9 && t === 6 ? 2 : 3, used: t === 3 ? 0 : -1 })), { number: episode });
      answers[`/runs/${one.id}/episodes/${episode}`] = encode({ ...frame, v: 1 });
    }
  }
  vi.stubGlobal("fetch", async (request: Request | string) => {
    const url = new URL(typeof request === "string" ? request : request.url, "http://lab");
    asked.push(url);
    const known = answers[url.pathname.replace("/api/v1", "")];
    const answer: unknown = typeof known === "function" ? await (known as (query: URLSearchParams) => unknown)(url.searchParams) : known;
    if (answer instanceof Uint8Array) return new Response(answer as BodyInit);
    const found = answer !== undefined;
    return new Response(JSON.stringify(found ? answer : { title: "Not found", detail: "There is no such thing." }), { status: found ? 200 : 404, headers: { "content-type": "application/json" } });
  });
});
const compare = (address: string) => open(address, "/compare", <Compare />);
const step = () => Number(screen.getByRole("slider", { name: "Step of life A" }).getAttribute("aria-valuenow"));

test("two lives stand side by side in step, with the fork found", async () => {
  const { user, container } = compare("/compare?a=r1:4&b=r1:9&t=10");
  const between = await screen.findByRole("region", { name: "Differences" });
  await waitFor(() => expect(between).toHaveTextContent("Same start. They part at step 6 on b3: A chose RIGHT, B chose LEFT."));
  await screen.findByRole("slider", { name: "Step of life B" });
  expect(step()).toBe(10);
  await user.keyboard(".");
  expect(step()).toBe(6);
  await user.keyboard("{Shift>}{ArrowRight}{/Shift}");
  expect(step()).toBe(30);
  expect(screen.getByRole("slider", { name: "Step of life B" })).toHaveAttribute("aria-valuenow", "20");
  expect(within(screen.getByRole("region", { name: "World of B" })).getByText(/ended at step 20/)).toBeVisible();
  expect(between).toHaveTextContent(/30Survived20/);
  await waitFor(() => expect(window.location.search).toContain("t=30"));
  expect(await faults(container)).toEqual([]);
});

test("Shift X swaps the sides", async () => {
  const { user } = compare("/compare?a=r1:4&b=r1:9&t=1");
  await screen.findByText(/They part at/);
  await user.keyboard("{Shift>}X{/Shift}");
  await waitFor(() => expect(window.location.search).toContain("a=r1%3A9&b=r1%3A4"));
});

test("a life that was not kept says so, and the other is shown", async () => {
  compare("/compare?a=r1:4&b=r1:7");
  expect(await screen.findByText(/Episode 7 was not kept/)).toBeVisible();
  expect(await screen.findByRole("slider", { name: "Step of life A" })).toBeVisible();
  expect(screen.queryByText(/They part/)).toBeNull();
});

test("a choice of life is written into the address", async () => {
  const { user } = compare("/compare?a=r1:4");
  await waitFor(() => expect(within(screen.getByRole("combobox", { name: "Run of B" })).getByRole("option", { name: "basalt" })).toBeInTheDocument());
  await user.selectOptions(screen.getByRole("combobox", { name: "Run of B" }), "r3");
  await waitFor(() => expect(window.location.search).toContain("b=r3%3Abest"));
  await screen.findByText(/They part|step for step the same/);
});

test("runs are curves: seeds together, only what differs, a table for the numbers", async () => {
  const { user, container } = compare("/compare?runs=r1,r2,r3");
  const differs = await screen.findByRole("region", { name: "What differs" });
  expect(within(differs).getAllByRole("row").map((row) => row.textContent)).toEqual(["kelp-33 +1basalt", "gamma0.990.95", "seeds1, 21"]);
  const best = screen.getByRole("region", { name: "Best examination" });
  expect(within(best).getAllByRole("listitem").map((row) => row.textContent)).toEqual(["kelp-33 +1350", "basalt200"]);
  await user.click(screen.getByRole("button", { name: "Table" }));
  const table = await screen.findByRole("region", { name: /Table of the curves/ });
  const [, first] = within(table).getAllByRole("row");
  // Seeds 10 and 20: mean 15, interval 15 ± 12.706 · 5.
  expect(within(first!).getAllByRole("cell").map((cell) => cell.textContent)).toEqual(["50", "15", "-48.53", "78.53", "9", "21", "2", "5", "", "", "4", "6", "1"]);
  expect(asked.find(({ pathname }) => pathname.endsWith("/curves"))!.searchParams.get("runs")).toBe("r1,r2,r3");
  await user.click(screen.getByRole("button", { name: "Leave out basalt" }));
  await waitFor(() => expect(window.location.search).toBe("?runs=r1%2Cr2"));
  expect(await faults(container)).toEqual([]);
});

test("the metric and the axis are part of the link", async () => {
  const { user } = compare("/compare?runs=r1&metric=loss&x=episodes&left=5&right=90");
  await waitFor(() => expect(asked.some(({ search }) => search.includes("metric=loss") && search.includes("axis=episodes") && search.includes("left=5") && search.includes("right=90"))).toBe(true));
  await user.click(await screen.findByRole("button", { name: "Whole" }));
  await waitFor(() => expect(window.location.search).toBe("?runs=r1&metric=loss&x=episodes"));
});

test("until another metric's curves are here, none stand under its name", async () => {
  const { user } = compare("/compare?runs=r1");
  await user.click(await screen.findByRole("button", { name: "Table" }));
  await screen.findByRole("region", { name: /Table of the curves/ });
  let arrive = () => {};
  answers["/curves"] = (query: URLSearchParams) =>
    new Promise((resolve) => {
      arrive = () => resolve(overlay(query, [curve("r1", [0.00025, 0.5])]));
    });
  await user.selectOptions(screen.getByRole("combobox", { name: "Metric" }), "loss");
  await waitFor(() => expect(screen.queryByRole("region", { name: /Table of the curves/ })).toBeNull());
  expect(screen.getByRole("button", { name: "CSV" })).toBeDisabled();
  await waitFor(() => expect(asked.at(-1)!.search).toContain("metric=loss"));
  arrive();
  expect(within(await screen.findByRole("region", { name: /Table of the curves/ })).getByRole("cell", { name: "0.00025" })).toBeVisible();
});

test("between episodes and runs one goes with what is compared", async () => {
  const { user } = compare("/compare?a=r1:4&b=r3:9");
  await user.click(await screen.findByRole("radio", { name: "Runs" }));
  expect(window.location.search).toBe("?runs=r1%2Cr3");
  await user.click(screen.getByRole("radio", { name: "Episodes" }));
  expect(window.location.search).toBe("?a=r1%3Abest&b=r3%3Abest");
});

test("with nothing to compare it says what to do", async () => {
  compare("/compare?runs=");
  expect(await screen.findByRole("heading", { name: "Choose runs to compare" })).toBeVisible();
});
