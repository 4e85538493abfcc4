import { encode } from "@msgpack/msgpack";
import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import type { Checkpoint } from "@/api";
import { createPlayer } from "@/features/watch/parts";
import { framesOf, level, lifeOf, rowsOf } from "@/features/watch/testing/lives";
import { run } from "@/testing/data";
import { faults, open } from "@/testing/render";
import { gameScene, inSight } from "./game";
import { named, raceScene, spread, startOf } from "./race";
import { Compare, Play } from ".";

const checkpoint = (steps: number, best = false): Checkpoint => ({ id: `c${steps}`, episode: steps, steps, file: `checkpoint_ep${steps}.pt`, bytes: 1, sha256: "", created_at: "2026-11-24T10:00:00Z", best });
const CHECKPOINTS = [900, 800, 700, 600, 500, 400, 300, 200, 100].map((steps) => checkpoint(steps, steps === 800));
const recording = (steps: number, action = 3) => encode({ ...framesOf(rowsOf(steps, (t) => ({ x: t % 5, action })))[0], v: 1 });

let asked: { method: string; url: URL; body: Record<string, unknown> | null }[];
let dies: number;
beforeEach(() => {
  asked = [];
  dies = 3;
  const answers: Record<string, unknown> = {
    "/me": { user: { name: "ophelia", role: "student" }, csrf: "x" },
    "/runs": { items: [run({ id: "r1", name: "kelp-33", level: "T_test" })], next: null },
    "/runs/r1": run({ id: "r1", name: "kelp-33", level: "T_test" }),
    "/levels/T_test": level,
    "/runs/r1/checkpoints": { items: CHECKPOINTS },
    "/runs/r1/race": (url: URL) => encode(url.searchParams.get("checkpoints")!.split(",").map((_, i) => recording(10 + 10 * i))),
    "/runs/r1/rival": encode([recording(20)]),
    "/runs/r1/play": (_: URL, body: { actions: number[]; first: number; seq: number }) => {
      const rows = rowsOf(body.actions.length, (t) => ({ x: t % 5, action: body.actions[t]!, greedy: 3 }));
      const over = rows.length >= dies;
      const [frame] = framesOf(rows, over ? {} : { end: null });
      const cols = Object.fromEntries(Object.entries(frame!.cols).map(([name, column]) => [name, (column as unknown[]).slice(body.first)]));
      const told = encode({ ...frame, v: 1, cols, first: body.first, seq: body.seq, meta: body.seq ? null : frame!.meta });
      const now = { x: rows.length % 5, y: 0, hour: 0, progress: 0, meters: [0.9, 0.8, 0.5], mask: [false, true, true, true, false, true], greedy: 3, q: [0, 1, 2, 3, 4, 5] };
      return encode({ frame: told, now: over ? null : now });
    },
  };
  vi.stubGlobal("fetch", async (request: Request) => {
    const url = new URL(request.url);
    const text = request.method === "GET" ? "" : await request.text();
    const body = text ? JSON.parse(text) : null;
    asked.push({ method: request.method, url, body });
    const known = answers[url.pathname.replace("/api/v1", "")];
    const answer: unknown = typeof known === "function" ? (known as (url: URL, body: unknown) => unknown)(url, body) : known;
    if (answer instanceof Uint8Array) return new Response(answer as BodyInit);
    return new Response(JSON.stringify(answer ?? { title: "Not found", detail: "There is no such thing." }), { status: answer ? 200 : 404, headers: { "content-type": "application/json" } });
  });
});
const sent = () => asked.filter(({ method }) => method === "POST").map(({ body }) => body);

test("a race takes five checkpoints evenly spread, from the first to the newest", () => {
  expect(spread(CHECKPOINTS).map(({ steps }) => steps)).toEqual([100, 300, 500, 700, 900]);
  expect(spread(CHECKPOINTS.slice(0, 2)).map(({ steps }) => steps)).toEqual([800, 900]);
  expect(spread([])).toEqual([]);
  expect(named("c300,gone,c100", CHECKPOINTS).map(({ steps }) => steps)).toEqual([300, 100]);
  expect(named("gone", CHECKPOINTS)).toHaveLength(5);
  expect(["7", null, "-1", "x", "99999999999"].map(startOf)).toEqual([7, 1, 1, 1, 1]);
});

test("each ghost keeps its own end on the shared clock", () => {
  const lives = [lifeOf(rowsOf(4, (t) => ({ x: t % 5 }))), lifeOf(rowsOf(9, (t) => ({ x: t % 5 })))];
  const w = { ...createPlayer().state(), stage: lives[1]!, t: 7 };
  const town = { width: 5, height: 3, sight: null, day: null, places: [] };
  const ghosts = raceScene(w, lives, level, town, 0, true)!.ghosts!;
  expect(ghosts.map(({ number, agent }) => [number, agent.x, agent.state])).toEqual([[0, 4, "dead"], [1, 2, "alive"]]);
});

test("ghosts race side by side; another checkpoint or start is another race, and each is a link", async () => {
  const { user, container } = open("/compare?race=r1&start=7&t=12", "/compare", <Compare />);
  const ghosts = await screen.findByRole("region", { name: "Ghosts" });
  expect(within(ghosts).getAllByRole("columnheader")).toHaveLength(6);
  expect(asked.find(({ url }) => url.pathname.endsWith("/race"))!.url.search).toBe("?checkpoints=c100%2Cc300%2Cc500%2Cc700%2Cc900&start=7");
  expect(screen.getByRole("img", { name: "Step 12: 4 of 5 alive." })).toBeVisible();
  expect(within(ghosts).getByRole("row", { name: /^Survived 10 steps.* 50 steps/ })).toBeVisible();
  expect(await faults(container)).toEqual([]);
  await user.selectOptions(within(ghosts).getByRole("combobox", { name: "Checkpoint of ghost 1" }), "c200");
  await waitFor(() => expect(window.location.search).toContain("ghosts=c200%2Cc300%2Cc500%2Cc700%2Cc900"));
  await user.keyboard("n");
  await waitFor(() => expect(window.location.search).not.toMatch(/start=7(&|$)/));
  await user.keyboard("m");
  await waitFor(() => expect(window.location.search).toBe("?a=r1%3Abest"));
});

test("a person is shown no more than the agent's own sight", () => {
  const layout = { Bed: [1, 1], Bar: [3, 0] } as const;
  expect(inSight(layout as never, { sight: 1 }, 2, 1)).toEqual(layout);
  expect(Object.keys(inSight(layout as never, { sight: 1 }, 0, 1))).toEqual(["Bed"]);
  expect(inSight(layout as never, { sight: null }, 4, 2)).toEqual(layout);
  const town = { width: 5, height: 3, sight: 1, day: null, places: [] };
  const now = { x: 2, y: 0, hour: 0, progress: 0, meters: [1, 1, 1], mask: [], greedy: 0, q: [] };
  const scene = gameScene({ life: lifeOf(rowsOf(2, (t) => ({ x: t })), { end: null }), actions: [3, 3], now }, town, 0.5);
  expect([scene.sight, scene.agent!.from, scene.trail.length]).toEqual([true, [1, 0], 2]);
});

test("a life is played key by key, and then both lives stand side by side", async () => {
  const { user, container } = open("/play/r1?start=5", "/play/:id", <Play />);
  await screen.findByText("Step 0");
  expect(screen.getByRole("meter", { name: "Energy" })).toHaveAttribute("aria-valuetext", "you 90, the mind 100");
  expect(screen.getByRole("button", { name: /INTERACT/ })).toBeDisabled();
  expect(await faults(container)).toEqual([]);
  await user.keyboard("{ArrowUp} ");
  expect(sent()).toHaveLength(1);
  await user.keyboard("{ArrowRight}");
  await screen.findByText("Step 1");
  await user.keyboard("?");
  expect(screen.getByRole("button", { name: /RIGHT/ })).toHaveAttribute("data-hint", "true");
  await user.click(screen.getByRole("button", { name: /LEFT/ }));
  await screen.findByText("Step 2");
  await user.keyboard("w");
  expect(await screen.findByText("It outlived you by 17 steps")).toBeVisible();
  expect(sent().map((body) => [body!["actions"], body!["first"], body!["seq"]])).toEqual([
    [[], 0, 0],
    [[3], 0, 1],
    [[3, 2], 1, 2],
    [[3, 2, 5], 2, 3],
  ]);
  expect(screen.getByRole("region", { name: "Differences" })).toHaveTextContent("Same start. They part at step 1 on b3: A chose LEFT, B chose RIGHT.");
  await user.keyboard("r");
  await screen.findByText("Step 0");
});

test("by the clock whoever does nothing waits", async () => {
  const { user } = open("/play/r1", "/play/:id", <Play />);
  await screen.findByText("Step 0");
  await user.click(screen.getByRole("radio", { name: "4 steps a second" }));
  expect(await screen.findByText(/It outlived you by 17 steps/, undefined, { timeout: 5_000 })).toBeVisible();
  expect(sent().at(-1)!["actions"]).toEqual([5, 5, 5]);
});
