import { encode } from "@msgpack/msgpack";
import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { kept, run } from "@/testing/data";
import { faults, open } from "@/testing/render";
import { framesOf, level, rowsOf } from "./testing/lives";
import { Replay } from "./Replay";

const NOTE = { id: "n1", episode: 8, step: 3, note: "<img src=x onerror=alert(1)> turns back", author: "ophelia", own: false, removable: true, created_at: "2026-11-24T10:00:00Z" };
const RECORDINGS = [kept(0, 20, "best", "periodic"), kept(8, 30, "best", "first:Bed"), kept(27, 10, "periodic")];

let answers: Record<string, unknown>;
let sent: { method: string; path: string; body: unknown }[];
beforeEach(() => {
  sent = [];
  answers = {
    "/me": { user: { name: "polonius", role: "instructor" }, csrf: "x", crew: true, launches: true },
    "/runs/r1": run({ level: "T_test", state: "finished" }),
    "/levels/T_test": level,
    "/runs/r1/episodes": { items: RECORDINGS },
    "/runs/r1/metrics": { columns: { steps: [], episodes: [], survival_mean: [] } },
    "/runs/r1/bookmarks": { items: [NOTE] },
    "/runs": { items: [], next: null },
  };
  for (const { episode, steps } of RECORDINGS) {
    const [frame] = framesOf(rowsOf(steps, (t) => ({ x: t % 5, y: 2, used: t === 11 ? 0 : -1 })), { number: episode });
    answers[`/runs/r1/episodes/${episode}`] = encode({ ...frame, v: 1 });
  }
  vi.stubGlobal("fetch", async (request: Request | string) => {
    const { pathname } = new URL(typeof request === "string" ? request : request.url, "http://lab");
    const path = pathname.replace("/api/v1", "");
    const method = typeof request === "string" ? "GET" : request.method;
    if (method !== "GET") {
      const text = await (request as Request).text();
      sent.push({ method, path, body: text ? JSON.parse(text) : null });
      return method === "DELETE" ? new Response(null, { status: 204 }) : json({ ...NOTE, id: "n2", own: true, ...JSON.parse(text) }, 201);
    }
    const answer = answers[path];
    if (answer instanceof Uint8Array) return new Response(answer as BodyInit);
    return answer === undefined ? json({ title: "Not found", detail: `nothing at ${path}` }, 404) : json(answer);
  });
});
const json = (data: unknown, status = 200) => new Response(JSON.stringify(data), { status, headers: { "content-type": "application/json" } });

async function replay(address: string) {
  const page = open(address, "/runs/:id/replay/:episode?", <Replay />);
  await screen.findByRole("region", { name: "Mind" });
  return page;
}
const step = () => Number(screen.getByRole("slider", { name: "Step of this life" }).getAttribute("aria-valuenow"));

test("a link leads to a life and a step, and steps write the link", async () => {
  const { user, container } = await replay("/runs/r1/replay/8?t=12");
  expect(step()).toBe(12);
  for (const name of ["Body", "World", "Mind", "Events", "Timeline", "Recorded lives"]) expect(screen.getByRole("region", { name })).toBeVisible();
  expect(screen.getByRole("button", { name: "Play the picture" })).toBeVisible();
  await user.keyboard("{ArrowRight}{ArrowRight}");
  expect(step()).toBe(14);
  await waitFor(() => expect(window.location.search).toBe("?t=14"));
  expect(screen.queryByText("LIVE")).toBeNull();
  expect(await faults(container)).toEqual([]);
});

test("without a step it plays from the beginning; without a life the best one kept is shown", async () => {
  await replay("/runs/r1/replay");
  expect(window.location.pathname).toBe("/runs/r1/replay/8");
  expect(screen.getByRole("button", { name: "Pause the picture" })).toBeVisible();
});

test("a mark leads to the step the life was kept for", async () => {
  await replay("/runs/r1/replay/8?mark=first:Bed");
  expect(step()).toBe(11);
});

test("brackets go to the lives before and after", async () => {
  const { user } = await replay("/runs/r1/replay/8?t=1");
  await user.keyboard("]");
  await waitFor(() => expect(window.location.pathname).toBe("/runs/r1/replay/27"));
  await waitFor(() => expect(screen.getByText("Episode 27")).toBeVisible());
  await user.keyboard("[[");
  await waitFor(() => expect(window.location.pathname).not.toBe("/runs/r1/replay/27"));
});

test("another life is looked at as this one was", async () => {
  const { user } = await replay("/runs/r1/replay/8?t=1&overlay=heat&trail=off");
  expect(within(screen.getByRole("list", { name: "Recorded lives" })).getAllByRole("link")[0]).toHaveAttribute("href", "/runs/r1/replay/0?overlay=heat&trail=off");
  await user.keyboard("]");
  await waitFor(() => expect(window.location.pathname).toBe("/runs/r1/replay/27"));
  expect(window.location.search).toContain("overlay=heat&trail=off");
});

test("arrow keys that move another slider leave the life where it is", async () => {
  const { user } = await replay("/runs/r1/replay/8?t=12");
  const other = document.body.appendChild(Object.assign(document.createElement("input"), { type: "range" }));
  other.focus();
  await user.keyboard("{ArrowRight}");
  other.remove();
  expect(step()).toBe(12);
});

test("bookmarks that did not come can be asked for again", async () => {
  const notes = answers["/runs/r1/bookmarks"];
  delete answers["/runs/r1/bookmarks"];
  const { user } = await replay("/runs/r1/replay/8?t=1");
  await user.click(screen.getByRole("radio", { name: "Bookmarks" }));
  expect(await screen.findByText(/The notes did not come/)).toBeVisible();
  answers["/runs/r1/bookmarks"] = notes;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText(/turns back/)).toBeVisible();
});

test("the lives are listed with their reasons and filtered by them", async () => {
  const { user } = await replay("/runs/r1/replay/8?t=1");
  const list = screen.getByRole("list", { name: "Recorded lives" });
  expect(within(list).getAllByRole("listitem").map((row) => row.textContent)).toEqual(["0record, every so often20", "8record, first Bed30", "27every so often10"]);
  await user.click(screen.getByRole("button", { name: "Firsts 1" }));
  expect(within(list).getAllByRole("listitem")).toHaveLength(1);
  expect(within(list).getByRole("link")).toHaveAttribute("aria-current", "page");
});

test("a note is left on the step on stage, shown as text, and removed", async () => {
  const { user, container } = await replay("/runs/r1/replay/8?t=12");
  await user.keyboard("b");
  const field = await screen.findByPlaceholderText("Note on step 12");
  await waitFor(() => expect(field).toHaveFocus());
  const list = screen.getByRole("list", { name: "Bookmarks" });
  expect(within(list).getByText(/<img src=x/)).toBeVisible();
  expect(container.querySelector("img[src=x]")).toBeNull();
  expect(within(list).getByText("First sleep: Bed").closest("a")).toHaveAttribute("href", "/runs/r1/replay/8?mark=first%3ABed");
  await user.type(field, "goes to bed{Enter}");
  await within(list).findByText(/goes to bed/);
  expect(sent[0]).toEqual({ method: "POST", path: "/runs/r1/bookmarks", body: { episode: 8, step: 12, note: "goes to bed" } });
  await user.click(screen.getByRole("button", { name: /Remove the bookmark “<img/ }));
  await waitFor(() => expect(sent.at(-1)).toEqual({ method: "DELETE", path: "/bookmarks/n1", body: null }));
});

test("a life that was not kept offers the nearest that were", async () => {
  open("/runs/r1/replay/12", "/runs/:id/replay/:episode?", <Replay />);
  expect(await screen.findByRole("heading", { name: "Episode 12 was not kept" })).toBeVisible();
  expect(screen.getAllByRole("link", { name: /^Episode/ }).map((link) => link.getAttribute("href"))).toEqual(["/runs/r1/replay/8", "/runs/r1/replay/27"]);
});

test("a run that kept nothing says so", async () => {
  answers["/runs/r1/episodes"] = { items: [] };
  open("/runs/r1/replay", "/runs/:id/replay/:episode?", <Replay />);
  expect(await screen.findByRole("heading", { name: "No life was kept yet" })).toBeVisible();
});

test("at the end the certificate stands over the board, and Replay plays it again", async () => {
  const { user } = await replay("/runs/r1/replay/27?t=10");
  const paper = await screen.findByRole("group", { name: "Died of exhaustion" });
  await user.click(within(paper).getByRole("button", { name: "Replay" }));
  await waitFor(() => expect(step()).toBeLessThan(10));
});

test("a life is taken home as a page at once, as a film once a worker has made it", async () => {
  const clip = { id: "c1", format: "mp4", theme: "light", state: "pending", message: "", bytes: 0, sha256: "" };
  answers["/runs/r1/episodes/8/clips"] = { items: [], missing: null, longest: 1000 };
  const { user, container } = await replay("/runs/r1/replay/8");
  await user.click(screen.getByRole("button", { name: "Take home" }));
  const dialog = screen.getByRole("dialog", { name: "Take episode 8 home" });
  expect(within(dialog).getByRole("link", { name: "Download the replay" })).toHaveAttribute("href", "/api/v1/runs/r1/episodes/8/page");
  const make = await within(dialog).findByRole("button", { name: "Make the film" });
  answers["/runs/r1/episodes/8/clips"] = { items: [clip], missing: null, longest: 1000 };
  await user.click(make);
  expect(sent).toEqual([{ method: "POST", path: "/runs/r1/episodes/8/clips", body: { format: "mp4", theme: "light" } }]);
  expect(await within(dialog).findByRole("status")).toHaveTextContent("A worker makes it");
  expect(await faults(container)).toEqual([]);
  answers["/runs/r1/episodes/8/clips"] = { items: [{ ...clip, state: "done", bytes: 580_000 }], missing: null, longest: 1000 };
  expect(await within(dialog).findByRole("link", { name: "Download the film, 580 kB" }, { timeout: 4000 })).toHaveAttribute("href", "/api/v1/clips/c1/download");
});

test("a server that makes no films says what it lacks, and offers none", async () => {
  answers["/runs/r1/episodes/8/clips"] = { items: [], missing: "node", longest: 1000 };
  const { user } = await replay("/runs/r1/replay/8");
  await user.click(screen.getByRole("button", { name: "Take home" }));
  expect(await screen.findByText("No films are made here: the server lacks node.")).toBeVisible();
  expect(screen.queryByRole("button", { name: /^Make/ })).toBeNull();
});

test("Shift P shows the life to a whole room, Escape ends it, and the view is a link", async () => {
  answers["/runs/r1"] = run({ level: "T_test", state: "finished", classroom: { id: "c1", name: "RL 1" } });
  answers["/classes/c1"] = { id: "c1", name: "RL 1", join_code: "KITE-4271" };
  const { user, container } = await replay("/runs/r1/replay/8?t=12");
  await user.keyboard("{Shift>}P{/Shift}");
  await waitFor(() => expect(window.location.search).toBe("?t=12&present=1"));
  await waitFor(() => expect(screen.queryByRole("navigation", { name: "Main" })).toBeNull());
  expect(step()).toBe(12);
  for (const name of ["Body", "World", "Mind", "Timeline"]) expect(screen.getByRole("region", { name })).toBeVisible();
  expect(within(screen.getByRole("region", { name: "Body" })).getAllByRole("meter")).toHaveLength(level.meters.length);
  expect(await screen.findByText("KITE-4271")).toBeVisible();
  expect(screen.getByRole("img", { name: /QR code/ })).toHaveAttribute("src", "/api/v1/classes/c1/qr?KITE-4271");
  expect(await faults(container)).toEqual([]);
  await user.keyboard("{ArrowRight}");
  expect(step()).toBe(13);
  await user.keyboard("{Escape}");
  expect(screen.getByRole("navigation", { name: "Main" })).toBeVisible();
  await waitFor(() => expect(window.location.search).not.toContain("present"));
});

test("who does not look after the class is told no join code, and the bar has the way in", async () => {
  answers["/me"] = { user: { name: "ophelia", role: "student" }, csrf: "x", crew: false };
  answers["/runs/r1"] = run({ level: "T_test", state: "finished", classroom: { id: "c1", name: "RL 1" } });
  answers["/classes/c1"] = { id: "c1", name: "RL 1", join_code: "KITE-4271" };
  const { user } = await replay("/runs/r1/replay/8");
  await user.click(screen.getByRole("button", { name: "Present" }));
  expect(screen.getByRole("button", { name: "End the presentation" })).toBeVisible();
  expect(screen.queryByText(/Join at/)).toBeNull();
  await user.click(screen.getByRole("button", { name: "End the presentation" }));
  expect(screen.getByRole("button", { name: "Present" })).toBeVisible();
});
