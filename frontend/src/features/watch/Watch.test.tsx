import { act, cleanup, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { encode } from "@msgpack/msgpack";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { open as openPage } from "@/testing/render";
import { AT, framesOf, level, rowsOf } from "./testing/lives";
import { Watch } from "./Watch";

const run = {
  id: "7", name: "heron-42", level: "T_test", level_title: "Test town", network: "simple", learner: "pqn", seed: 3, state: "training", message: "", place: null, owner: "polonius",
  config: {}, progress: 0.2, steps: 200, steps_budget: 1000, episodes: 12, epsilon: 0.5, stage: null, multiplier: 1, steps_per_second: 900, pace: null as number | null, best: null, best_episode: null,
  last: 40, spark: [], viewers: 2, created_at: "2026-11-24T10:00:00Z", started_at: null, finished_at: null, model: null,
};
const metrics = { columns: { steps: [100, 200], episodes: [6, 12], survival_mean: [20, 40], survival_p10: [10, 20], survival_p90: [30, 60], epsilon: [1, 0.5], stage: [null, null], steps_per_second: [900, 900] } };

/** What the server answers, by address; a test may change it before the page asks. */
let answers: Record<string, unknown>;
/** The page's socket, held by the test. */
class Line {
  static latest: Line;
  static all: Line[] = [];
  static OPEN = 1;
  readyState = 0;
  binaryType = "";
  sent: string[] = [];
  onopen?: () => void;
  onmessage?: (event: { data: unknown }) => void;
  onclose?: (event: { code: number }) => void;
  constructor(readonly url: string) {
    Line.latest = this;
    Line.all.push(this);
  }
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.readyState = 3;
  }
  open() {
    this.readyState = 1;
    this.onopen?.();
    this.tell({ type: "hello", run: answers["/api/v1/runs/7"], server_ms: Date.now() });
  }
  tell(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  frames(frames: ReturnType<typeof framesOf>) {
    for (const frame of frames) this.onmessage?.({ data: new Uint8Array(encode({ ...frame, v: 1 })).buffer });
  }
}

beforeEach(() => {
  Line.all = [];
  answers = {
    "/api/v1/me": { user: { name: "polonius", role: "instructor" }, csrf: "x", crew: true, launches: true },
    "/api/v1/runs/7": run,
    "/api/v1/levels/T_test": level,
    "/api/v1/runs/7/metrics": metrics,
    "/api/v1/runs/7/evaluations": { items: [] },
    "/api/v1/runs/7/episodes": { items: [] },
    "/api/v1/runs/7/checkpoints": { items: [] },
    "/api/v1/workers": { items: [], free: 0, total: 1 },
    "/api/v1/runs": { items: [run], next: null },
  };
  vi.stubGlobal("WebSocket", Line);
  vi.stubGlobal("fetch", vi.fn(async (request: Request | string) => {
    const url = typeof request === "string" ? request : request.url;
    const answer = answers[new URL(url, "http://lab").pathname];
    if (answer instanceof Uint8Array) return new Response(answer as BodyInit);
    return answer === undefined
      ? new Response(JSON.stringify({ title: "Not found", status: 404, detail: "There is no such thing." }), { status: 404, headers: { "content-type": "application/problem+json" } })
      : new Response(JSON.stringify(answer), { headers: { "content-type": "application/json" } });
  }));
});
afterEach(() => vi.unstubAllGlobals());

function open(address = "/runs/7") {
  return openPage(address, "/runs/:id", <Watch />);
}
const lived = (more = {}) => framesOf(rowsOf(30, (t) => ({ x: t % 5, y: 2, action: 3, greedy: 3, mask: 0b101111, random: t % 4 === 1 })), more);

async function onStage(address?: string) {
  open(address);
  await waitFor(() => expect(Line.latest).toBeDefined());
  await waitFor(() => expect(Line.all.some(({ url }) => /\/ws\/runs\/7$/.test(url))).toBe(true));
  const line = Line.all.find(({ url }) => /\/ws\/runs\/7$/.test(url))!;
  act(() => line.open());
  act(() => line.frames(lived({ number: 41 })));
  await screen.findByRole("region", { name: "Mind" });
}

describe("watching a run", () => {
  it("shows body, mind, learning and timeline of the life on the air", async () => {
    await onStage();
    for (const name of ["Body", "World", "Mind", "Learning", "Events", "Timeline"]) expect(screen.getByRole("region", { name })).toBeVisible();
    expect(screen.getByRole("meter", { name: "Energy" })).toHaveAttribute("aria-valuenow", "100");
    expect(screen.getByText("Episode 41")).toBeVisible();
    expect(screen.getAllByText("RIGHT")[0]).toBeVisible();
    expect(screen.getByText("nothing to use here")).toBeVisible();
    expect(screen.getByRole("img", { name: /^Agent at [a-e]1, choosing RIGHT/ })).toBeVisible();
    await waitFor(() => expect(screen.getByRole("region", { name: "Learning" })).toHaveTextContent(/now40.*exam–.*random20/));
  });

  it("acknowledges every frame and measures its clock", async () => {
    await onStage();
    await waitFor(() => expect(Line.latest.sent.map((text) => JSON.parse(text))).toEqual(expect.arrayContaining([{ type: "ack", n: 1 }, expect.objectContaining({ type: "ping" })])));
  });

  it("pauses, steps and goes back to live by key", async () => {
    await onStage();
    const user = userEvent.setup();
    await user.keyboard(" ");
    expect(screen.getByRole("button", { name: "Play the picture" })).toBeVisible();
    expect(screen.getByRole("button", { name: /Jump to live/ })).toBeVisible();
    const slider = screen.getByRole("slider", { name: "Step of this life" });
    const before = Number(slider.getAttribute("aria-valuenow"));
    await user.keyboard("{ArrowRight}{ArrowRight}");
    expect(slider).toHaveAttribute("aria-valuenow", String(before + 2));
    await user.keyboard("l");
    expect(screen.getByRole("button", { name: "Pause the picture" })).toBeVisible();
  });

  it("says where the policy map has no mind to ask yet", async () => {
    await onStage();
    await userEvent.setup().keyboard("p");
    expect(screen.getByRole("button", { name: "Policy" })).toHaveAttribute("aria-pressed", "true");
    expect(await screen.findByText(/No checkpoint yet: the first mind/)).toBeVisible();
  });

  it("takes no letter from someone who types", async () => {
    await onStage();
    const user = userEvent.setup();
    await user.click(screen.getByRole("button", { name: /heron-42/ }));
    await user.keyboard("d");
    expect(screen.queryByRole("heading", { name: "As text" })).toBeNull();
  });

  it("leads to the field guide of its level by key and by the bar", async () => {
    await onStage();
    expect(screen.getByRole("link", { name: "Field guide" })).toHaveAttribute("href", "/guide?level=T_test");
    await userEvent.keyboard("g");
    expect(await screen.findByTestId("elsewhere")).toHaveTextContent("/guide?level=T_test");
  });

  it("tells the board as text and cell by cell", async () => {
    await onStage();
    const user = userEvent.setup();
    await user.keyboard(" d");
    expect(screen.getByText(/The agent stands at/)).toBeVisible();
    await user.click(screen.getAllByRole("button", { name: "Close" })[0]!);
    screen.getByRole("img", { name: /^Agent at/ }).focus();
    await user.keyboard("{Enter}");
    expect(screen.getByRole("gridcell", { name: /the agent is here/ })).toHaveFocus();
    await user.keyboard("{ArrowUp}{ArrowUp}{ArrowUp}{ArrowRight}{ArrowRight}{ArrowRight}{ArrowRight}{ArrowRight}{ArrowLeft}");
    expect(screen.getByRole("gridcell", { name: /^d3, Bar, / })).toHaveFocus();
  });

  it("greys out and counts when the line is cut, and asks HTTP for what it missed when it is back", async () => {
    await onStage();
    act(() => Line.latest.onclose?.({ code: 1006 }));
    expect(await screen.findByText(/Connection lost/)).toBeVisible();
    const asked = vi.mocked(fetch).mock.calls.length;
    await userEvent.click(screen.getByRole("button", { name: "Retry" }));
    act(() => Line.latest.open());
    await waitFor(() => expect(screen.queryByText(/Connection lost/)).toBeNull());
    await waitFor(() => expect(vi.mocked(fetch).mock.calls.length).toBeGreaterThan(asked));
  });

  it("an instructor stops the run, after a question", async () => {
    await onStage();
    answers["/api/v1/runs/7/stop"] = { ...run, state: "stopping" };
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Stop" }));
    expect(screen.getByText(/Its model and its recorded lives are kept/)).toBeVisible();
    const buttons = screen.getAllByRole("button", { name: "Stop" });
    await user.click(buttons.at(-1)!);
    await waitFor(() => expect(vi.mocked(fetch).mock.calls.some(([request]) => (request as Request).url?.endsWith("/runs/7/stop"))).toBe(true));
  });

  it("an instructor pauses the training, which is another thing than the picture, and resumes it", async () => {
    await onStage();
    const sent = () => vi.mocked(fetch).mock.calls.map(([request]) => (request as Request).url ?? "");
    const user = userEvent.setup();
    expect(screen.getByRole("button", { name: "Pause the picture" })).toHaveAttribute("title", "Pause the picture, for you alone (Space)");
    const paused = { ...run, state: "paused", paused_by: "polonius", paused_at: "2026-11-24T08:00:00Z" };
    answers["/api/v1/runs/7/pause"] = answers["/api/v1/runs/7"] = paused;
    await user.click(await screen.findByRole("button", { name: "Pause training" }));
    expect(await screen.findByText(/^Training paused by polonius, /)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Pause training" })).toBeNull();
    expect(screen.getByRole("button", { name: "Stop" })).toBeEnabled();
    expect(sent().filter((url) => url.endsWith("/runs/7/pause"))).toHaveLength(1);
    answers["/api/v1/runs/7/resume"] = answers["/api/v1/runs/7"] = run;
    await user.click(screen.getByRole("button", { name: "Resume training" }));
    expect(await screen.findByRole("button", { name: "Pause training" })).toBeVisible();
    answers["/api/v1/runs/7"] = paused;
    await user.keyboard("{Shift>}R{/Shift}");
    await waitFor(() => expect(sent().filter((url) => url.endsWith("/runs/7/pause"))).toHaveLength(2));
  });

  it("the news that the training was paused stays on the line, and the life on stage with it", async () => {
    await onStage();
    act(() => Line.latest.onmessage?.({ data: JSON.stringify({ type: "run", run: { ...run, state: "paused", paused_by: "gertrude", paused_at: "2026-11-24T08:00:00Z" } }) }));
    expect(await screen.findByText(/^Training paused by gertrude, /)).toBeVisible();
    expect(screen.getByRole("img", { name: /^Agent at/ })).toBeVisible();
    act(() => Line.latest.onmessage?.({ data: JSON.stringify({ type: "run", run }) }));
    await waitFor(() => expect(screen.queryByText(/^Training paused/)).toBeNull());
  });

  it("a student sees no Stop", async () => {
    answers["/api/v1/me"] = { user: { name: "ophelia", role: "student" }, csrf: "x" };
    await onStage();
    expect(screen.queryByRole("button", { name: "Stop" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Pause training" })).toBeNull();
    await userEvent.keyboard("{Shift>}R{/Shift}");
    expect(vi.mocked(fetch).mock.calls.some(([request]) => (request as Request).url?.endsWith("/pause"))).toBe(false);
  });

  it("an instructor holds the run to a pace, and lets it go", async () => {
    answers["/api/v1/settings"] = { limits: { slowest_pace: 0.5, fastest_pace: 60 } };
    await onStage();
    const user = userEvent.setup();
    const changes = () => vi.mocked(fetch).mock.calls.map(([request]) => request as Request).filter(({ method }) => method === "PATCH");
    await user.click(await screen.findByRole("button", { name: "Pace: Full speed" }));
    answers["/api/v1/runs/7"] = { ...run, pace: 2 };
    await user.click(screen.getByRole("radio", { name: "Classroom" }));
    expect(await screen.findByRole("slider", { name: "Steps a second" })).toHaveAttribute("aria-valuetext", "2");
    await waitFor(() => expect(changes()).toHaveLength(1));
    expect(await changes()[0]!.clone().json()).toEqual({ pace: 2 });
    expect(await screen.findByRole("button", { name: "Pace: 2 steps/s" })).toBeVisible();
    await user.click(screen.getByRole("radio", { name: "Full speed" }));
    await waitFor(() => expect(changes()).toHaveLength(2));
    expect(await changes()[1]!.clone().json()).toEqual({ pace: null });
  });

  it("shows all lives at once while they are asked for", async () => {
    await onStage();
    const own = Line.latest;
    const user = userEvent.setup();
    await user.keyboard("a");
    await waitFor(() => expect(Line.latest.url).toMatch(/\/ws\/runs\/7\/lanes$/));
    const looking = Line.latest;
    act(() => looking.open());
    expect(screen.getByText("Waiting for the lives of heron-42")).toBeVisible();
    const picture = { lanes: 1, run: "7", at: Date.now(), steps: 9, of: 1000, x: new Uint8Array(256), y: new Uint8Array(256), age: new Uint8Array(512) };
    act(() => looking.onmessage?.({ data: new Uint8Array(encode(picture)).buffer }));
    expect(await screen.findByText(/^The first 256 of 1,000 lives of heron-42, /)).toBeVisible();
    expect(looking.sent.map((text) => JSON.parse(text))).toContainEqual({ type: "ack", n: 1 });
    for (const name of ["Trail", "Heat", "Policy", "Sight"]) expect(screen.getByRole("button", { name })).toBeDisabled();
    await user.keyboard("tp");
    expect(window.location.search).toBe("?lives=all");
    await user.keyboard("a");
    await waitFor(() => expect(looking.readyState).toBe(3));
    expect(own.readyState).not.toBe(3);
    expect(screen.queryByText(/lives of heron-42/)).toBeNull();
  });

  it("asks no mind while all lives are looked at", async () => {
    answers["/api/v1/runs/7/checkpoints"] = { items: [{ id: "c1", steps: 100, episode: 6 }] };
    await onStage("/runs/7?overlay=policy&lives=all");
    await screen.findByText(/lives of heron-42/);
    expect(screen.queryByText(/mind/)).toBeNull();
    const asked = () => vi.mocked(fetch).mock.calls.map(([request]) => (typeof request === "string" ? request : (request as Request).url));
    await waitFor(() => expect(asked()).toContainEqual(expect.stringMatching(/census\?checkpoint=c1$/)));
    expect(asked()).not.toContainEqual(expect.stringMatching(/\/mind\?/));
  });

  it("a second pace chosen while the first is on its way is not lost, nor one chosen just before the menu closes", async () => {
    answers["/api/v1/settings"] = { limits: { slowest_pace: 0.5, fastest_pace: 60 } };
    await onStage();
    const user = userEvent.setup();
    const own = vi.mocked(fetch).getMockImplementation()!;
    const sent: { pace: number | null; answer: () => void }[] = [];
    vi.mocked(fetch).mockImplementation(async (request, options) => {
      if ((request as Request).method !== "PATCH") return own(request, options);
      const { pace } = (await (request as Request).clone().json()) as { pace: number | null };
      return new Promise((resolve) => {
        const answer = () => {
          answers["/api/v1/runs/7"] = { ...run, pace };
          resolve(new Response(JSON.stringify({ ...run, pace }), { headers: { "content-type": "application/json" } }));
        };
        sent.push({ pace, answer });
      });
    });
    await user.click(await screen.findByRole("button", { name: "Pace: Full speed" }));
    await user.click(screen.getByRole("radio", { name: "Classroom" }));
    await waitFor(() => expect(sent).toHaveLength(1));
    await user.click(screen.getByRole("radio", { name: "Full speed" }));
    act(() => sent[0]!.answer());
    await waitFor(() => expect(sent.map(({ pace }) => pace)).toEqual([2, null]));
    expect(screen.getByRole("button", { name: "Pace: Full speed" })).toBeVisible();
    act(() => sent[1]!.answer());
    await user.click(screen.getByRole("radio", { name: "Classroom" }));
    cleanup();
    await waitFor(() => expect(sent.map(({ pace }) => pace)).toEqual([2, null, 2]));
  });

  it("a student sees the pace and cannot change it", async () => {
    answers["/api/v1/me"] = { user: { name: "ophelia", role: "student" }, csrf: "x" };
    answers["/api/v1/runs/7"] = { ...run, pace: 2 };
    await onStage();
    expect(await screen.findByText("2 steps/s")).toBeVisible();
    expect(screen.queryByRole("button", { name: /^Pace/ })).toBeNull();
  });
});

describe("a run that is not on the air", () => {
  it("queued: its honest place", async () => {
    answers["/api/v1/runs/7"] = { ...run, state: "queued", place: 2, steps: 0 };
    open();
    expect(await screen.findByRole("heading", { name: "Second in line" })).toBeVisible();
    expect(await screen.findByText("The worker is busy. Runs take turns on it.")).toBeVisible();
    expect(screen.getByRole("button", { name: "Leave the queue" })).toBeVisible();
  });

  it("paused with no life on the air: by whom, and what it waits for", async () => {
    answers["/api/v1/runs/7"] = { ...run, state: "paused", paused_by: "gertrude", paused_at: "2026-11-24T08:00:00Z" };
    open();
    await waitFor(() => expect(Line.all.some(({ url }) => /\/ws\/runs\/7$/.test(url))).toBe(true));
    act(() => Line.all.find(({ url }) => /\/ws\/runs\/7$/.test(url))!.open());
    expect(await screen.findByRole("heading", { name: "Training paused" })).toBeVisible();
    expect(screen.getByText(/^Training paused by gertrude, /)).toBeVisible();
    expect(screen.getByRole("button", { name: "Resume training" })).toBeVisible();
  });

  it("finished: the flag, the model, and its best recorded life", async () => {
    answers["/api/v1/runs/7"] = { ...run, state: "finished", episodes: 5000, model: { id: "m" } };
    answers["/api/v1/runs/7/episodes"] = { items: [{ episode: 12, steps: 30, reasons: ["best"], return: 1, cause: "death" }] };
    answers["/api/v1/runs/7/episodes/12"] = new Uint8Array(encode({ ...lived({ number: 12, at: AT })[0]!, v: 1 }));
    open();
    expect(await screen.findByText("Episode 12")).toBeVisible();
    expect(screen.getByText("Finished after 5,000 lives.")).toHaveTextContent("Playing its best recorded life.");
    expect(screen.getAllByRole("link", { name: "Model" }).at(-1)).toHaveAttribute("href", "/runs/7/model");
    expect(screen.queryByRole("button", { name: /live/i })).toBeNull();
  });

  it("failed without a life: what broke, and what is safe", async () => {
    answers["/api/v1/runs/7"] = { ...run, state: "failed", message: "The loss became NaN. Lower the learning rate, it was 0.1." };
    open();
    expect(await screen.findByRole("heading", { name: /The loss became NaN/ })).toBeVisible();
    expect(screen.getByText(/nothing was kept/)).toBeVisible();
  });

  it("unknown: says so, and leads back", async () => {
    delete answers["/api/v1/runs/7"];
    open();
    expect(await screen.findByRole("heading", { name: "There is no such run" })).toBeVisible();
    expect(screen.getByRole("link", { name: "Runs" })).toHaveAttribute("href", "/");
  });
});
