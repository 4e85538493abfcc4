import { QueryClient } from "@tanstack/react-query";
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { runsQuery } from "@/api";
import { modelFile, run } from "@/testing/data";
import { faults, open } from "@/testing/render";
import { OPHELIA, Refused, serve } from "@/testing/server";
import { Runs } from "./Runs";

const RUNS = [
  run({ id: "r1", name: "heron-42", created_at: "2026-11-24T10:00:00Z" }),
  run({ id: "r2", name: "kelp-33", state: "finished", progress: 1, model: modelFile(), created_at: "2026-11-24T09:00:00Z" }),
  run({ id: "r3", name: "newt-11", state: "queued", place: 2, steps: 0, progress: 0, spark: [], best: null, last: null, epsilon: null, created_at: "2026-11-24T08:00:00Z" }),
  run({ id: "r4", name: "basalt-01", state: "failed", message: "The loss became NaN.", created_at: "2026-11-24T07:00:00Z" }),
];
const page = (path = "/") => open(path, "/", <Runs />);
const rows = () => within(screen.getByRole("table")).getAllByRole("row").slice(1);

describe("the runs", () => {
  test("stand in a table with what is known, and a dash where nothing is", async () => {
    serve({ "GET /runs": { items: RUNS, next: null } });
    page();
    await screen.findByRole("table");
    expect(rows()).toHaveLength(4);
    const queued = within(rows()[2]!);
    expect(queued.getByText("second in line")).toBeVisible();
    expect(queued.getAllByText("–").length).toBeGreaterThan(1);
    expect(within(rows()[3]!).getByText("The loss became NaN.")).toBeVisible();
  });

  test("that train are on air, and lead to their page", async () => {
    serve({ "GET /runs": { items: RUNS, next: null } });
    page();
    const air = await screen.findByRole("region", { name: "Training now" });
    expect(within(air).getAllByRole("link")).toHaveLength(1);
    expect(within(air).getByRole("link")).toHaveAttribute("href", "/runs/r1");
  });

  test("offer their model for download once there is one", async () => {
    serve({ "GET /runs": { items: RUNS, next: null } });
    page();
    expect(await screen.findByRole("link", { name: /Download heron-42_ep12041.safetensors, 119 kB/ })).toHaveAttribute("href", "/api/v1/models/m1/download");
  });

  describe("of a lab that has grown old", () => {
    const hour = (n: number) => new Date(Date.UTC(2026, 10, 24) - n * 3_600_000).toISOString();
    const MANY = Array.from({ length: 1_200 }, (_, n) => run({ id: `r${n}`, name: `run-${n}`, state: "finished", created_at: hour(n) }));
    const newest = (query: URLSearchParams) => ({ items: MANY.slice(0, Number(query.get("limit"))), next: "cursor" });

    test("are the newest thousand, and an older one is found by its name", async () => {
      serve({ "GET /runs": (_: unknown, query: URLSearchParams) => (query.get("q") ? { items: [MANY[1_150]], next: null } : newest(query)) });
      const { user } = page();
      expect(await screen.findByText(/^Of the newest 1,000: 1,?000 finished/)).toBeVisible();
      await user.type(screen.getAllByRole("searchbox")[0]!, "run-1150");
      expect(await screen.findByText("run-1150")).toBeVisible();
    });

    test("are asked for anew in one page, with what moves among the older ones", async () => {
      const still = run({ ...MANY[300]!, state: "paused" });
      const asked: string[] = [];
      serve({
        "GET /runs": (_: unknown, query: URLSearchParams) => {
          asked.push(query.toString());
          if (query.get("state")) return { items: [{ ...still, name: "moved" }], next: null };
          const there = newest(query);
          return { ...there, items: there.items.map((one) => (one.id === still.id ? still : one)) };
        },
      });
      const cache = new QueryClient();
      expect(await cache.fetchQuery(runsQuery)).toHaveLength(1_000);
      expect(asked).toEqual(["limit=1000"]);
      const again = await cache.fetchQuery({ ...runsQuery, staleTime: 0 });
      expect(asked.slice(1)).toEqual(["limit=200", "state=queued%2Ctraining%2Cpausing%2Cpaused%2Cstopping&limit=200"]);
      expect(again.map(({ name }) => name)).toEqual(MANY.slice(0, 1_000).map(({ id, name }) => (id === still.id ? "moved" : name)));
    });

    test("do not lose a run whose answer did not come", async () => {
      const still = run({ ...MANY[300]!, state: "paused" });
      let answer: unknown = () => {
        throw new Refused({ status: 503, detail: "Try again." });
      };
      serve({
        "GET /runs": (_: unknown, query: URLSearchParams) => (query.get("state") ? { items: [], next: null } : { items: newest(query).items.map((one) => (one.id === still.id ? still : one)), next: "cursor" }),
        [`GET /runs/${still.id}`]: () => (answer as () => unknown)(),
      });
      const cache = new QueryClient({ defaultOptions: { queries: { retry: false } } });
      await cache.fetchQuery(runsQuery);
      await expect(cache.fetchQuery({ ...runsQuery, staleTime: 0 })).rejects.toThrow("Try again.");
      expect(cache.getQueryData<unknown[]>(runsQuery.queryKey)).toHaveLength(1_000);
      answer = () => {
        throw new Refused({ status: 404, detail: "There is no such run." });
      };
      expect(await cache.fetchQuery({ ...runsQuery, staleTime: 0 })).toHaveLength(999);
    });
  });

  test("are filtered by state, and the address says so", async () => {
    serve({ "GET /runs": { items: RUNS, next: null } });
    const { user } = page();
    await user.click(await screen.findByRole("radio", { name: "Finished 1" }));
    expect(rows()).toHaveLength(1);
    expect(window.location.search).toBe("?state=finished");
  });

  test("that fit no search are said to, with the way back", async () => {
    serve({ "GET /runs": { items: RUNS, next: null } });
    const { user } = page("/?q=walrus");
    await user.click(await screen.findByRole("button", { name: "Show all 4" }));
    expect(rows()).toHaveLength(4);
  });

  test("are sorted by a press on a column, the other way by the next", async () => {
    serve({ "GET /runs": { items: RUNS, next: null } });
    const { user } = page();
    await user.click(await screen.findByRole("button", { name: "Run" }));
    expect(rows()[0]).toHaveTextContent("basalt-01");
    await user.click(screen.getByRole("button", { name: /Run/ }));
    expect(rows()[0]).toHaveTextContent("newt-11");
    expect(screen.getByRole("columnheader", { name: "Run" })).toHaveAttribute("aria-sort", "descending");
  });
});

describe("keys", () => {
  test("J and K walk the rows, X chooses one, Stop stops it", async () => {
    const sent = serve({ "GET /runs": { items: RUNS, next: null }, "POST /runs/r1/stop": run({ state: "stopping" }) });
    const { user } = page();
    await screen.findByRole("table");
    await screen.findByRole("checkbox", { name: "Choose heron-42" });
    await user.keyboard("jjk");
    expect(document.activeElement).toHaveTextContent("heron-42");
    await user.keyboard("x");
    await user.click(screen.getByRole("button", { name: "Stop 1, keep models" }));
    await waitFor(() => expect(sent.map(({ call }) => call)).toContain("POST /runs/r1/stop"));
  });

  test("of several chosen runs those are paused that can be, and those resumed that rest", async () => {
    const paused = run({ id: "r8", name: "kestrel-8", state: "paused", paused_by: "Gertrude", paused_at: "2026-11-24T08:00:00Z" });
    const sent = serve({ "GET /runs": { items: [run(), paused], next: null }, "POST /runs/r1/pause": run({ state: "pausing" }), "POST /runs/r8/resume": run({ id: "r8", state: "queued" }) });
    const { user } = page();
    await screen.findByRole("table");
    expect(screen.getByText("by Gertrude")).toBeVisible();
    expect(screen.getByRole("radio", { name: "Paused 1" })).toBeVisible();
    await user.click(screen.getByRole("checkbox", { name: "Choose heron-42" }));
    await user.click(screen.getByRole("checkbox", { name: "Choose kestrel-8" }));
    await user.click(screen.getByRole("button", { name: "Pause 1" }));
    await waitFor(() => expect(sent.map(({ call }) => call)).toContain("POST /runs/r1/pause"));
    await user.click(await screen.findByRole("checkbox", { name: "Choose kestrel-8", checked: false }));
    await user.click(screen.getByRole("button", { name: "Resume 1" }));
    await waitFor(() => expect(sent.map(({ call }) => call)).toContain("POST /runs/r8/resume"));
    expect(sent.map(({ call }) => call)).not.toContain("POST /runs/r1/resume");
  });

  test("X chooses any run, also one that has ended, and C compares the chosen", async () => {
    serve({ "GET /me": OPHELIA, "GET /runs": { items: [run(), run({ id: "r9", name: "newt-11", state: "finished" })], next: null } });
    const { user } = page();
    await screen.findByRole("table");
    await user.click(screen.getByRole("checkbox", { name: "Choose newt-11" }));
    await user.click(screen.getByRole("checkbox", { name: "Choose heron-42" }));
    expect(screen.getByRole("link", { name: "Compare 2" })).toHaveAttribute("href", "/compare?runs=r9,r1");
    await user.keyboard("c");
    expect(await screen.findByTestId("elsewhere")).toHaveTextContent("/compare?runs=r9,r1");
  });

  test("/ leads to the search, N to the launch form", async () => {
    serve({ "GET /runs": { items: RUNS, next: null } });
    const { user } = page();
    await screen.findByRole("link", { name: "Launch run" });
    await user.keyboard("/");
    expect(document.activeElement).toHaveAttribute("type", "search");
    await user.keyboard("{Escape}n");
    expect(await screen.findByTestId("elsewhere")).toHaveTextContent("/runs/new");
  });
});

test("a student launches, and stops what is their own only", async () => {
  const own = run({ id: "own", name: "ophelia-1", owner: "ophelia", owner_id: 2, state: "training" });
  serve({ "GET /me": OPHELIA, "GET /runs": { items: [own, ...RUNS], next: null } });
  const { user } = page();
  await screen.findByRole("table");
  expect(screen.getByRole("link", { name: "Launch run" })).toBeVisible();
  await user.click(screen.getByRole("checkbox", { name: "Choose ophelia-1" }));
  expect(screen.getByRole("button", { name: "Stop 1, keep models" })).toBeVisible();
  await user.click(screen.getByRole("checkbox", { name: "Choose ophelia-1" }));
  await user.click(screen.getByRole("checkbox", { name: "Choose heron-42" }));
  expect(screen.queryByRole("button", { name: /Stop/ })).toBeNull();
});

test("a guest sees no way to launch or stop", async () => {
  serve({ "GET /me": { ...OPHELIA, launches: false }, "GET /runs": { items: RUNS, next: null } });
  const { user } = page();
  await screen.findByRole("table");
  expect(screen.queryByRole("link", { name: "Launch run" })).toBeNull();
  await user.keyboard("n");
  expect(screen.queryByTestId("elsewhere")).toBeNull();
});

test("the bell stands over the runs while it holds", async () => {
  const bell_at = new Date(Date.now() + 12 * 60_000).toISOString();
  serve({ "GET /runs": { items: RUNS, next: null }, "GET /fair-use": { launches: true, message: "", classroom: null, own: null, together: null, bell_at, queue: 0, wait: 0 } });
  page();
  expect(await screen.findByText(/^Bell .*, in 12 min$/)).toBeVisible();
});

test("an empty lab invites an instructor to launch", async () => {
  serve({});
  page();
  expect(await screen.findByRole("heading", { name: "No lives yet" })).toBeVisible();
  expect(await screen.findByRole("link", { name: "Launch run" })).toHaveAttribute("href", "/runs/new");
});

test("a list that does not come says why and can be asked for again", async () => {
  let broken = true;
  serve({
    "GET /runs": () => {
      if (broken) throw new Refused({ status: 503, detail: "The database is away." });
      return { items: RUNS, next: null };
    },
  });
  const { user } = page();
  expect(await screen.findByText("The database is away.")).toBeVisible();
  broken = false;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("table")).toBeVisible();
});

test("axe finds nothing wrong", async () => {
  serve({ "GET /runs": { items: RUNS, next: null } });
  const { container } = page();
  await screen.findByRole("table");
  expect(await faults(container)).toEqual([]);
});

describe("what people write on runs", () => {
  const TAGGED = [run({ id: "r1", name: "heron-42", tags: ["sleep", "<b>week</b>"], notes: "Forgets to eat." }), run({ id: "r2", name: "kelp-33", state: "finished" })];

  test("is found by a search, and a press on a tag shows only its runs", async () => {
    serve({ "GET /runs": { items: TAGGED, next: null } });
    const { user } = page("/?q=forgets");
    await screen.findByRole("table");
    expect(rows()).toHaveLength(1);
    await user.click(screen.getByRole("button", { name: "sleep" }));
    expect(window.location.search).toBe("?tag=sleep&q=forgets");
    await user.click(screen.getByRole("button", { name: "tagged sleep: show runs of any tag" }));
    expect(window.location.search).toBe("?q=forgets");
  });

  test("is text, whatever stands in it", async () => {
    serve({ "GET /runs": { items: TAGGED, next: null } });
    page();
    expect(await screen.findByRole("button", { name: "<b>week</b>" })).toBeVisible();
  });

  test("is changed by the crew: name, tags and notes at once", async () => {
    const sent = serve({ "GET /runs": { items: TAGGED, next: null }, "PATCH /runs/r1": TAGGED[0] });
    const { user } = page();
    await user.click(await screen.findByRole("button", { name: "About heron-42" }));
    const tags = await screen.findByRole("textbox", { name: "Tags" });
    await user.clear(tags);
    await user.type(tags, " night ,, talk");
    await user.type(screen.getByRole("textbox", { name: "Notes" }), " Why?");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(sent.map(({ call }) => call)).toContain("PATCH /runs/r1"));
    expect(sent.find(({ call }) => call === "PATCH /runs/r1")!.body).toEqual({ name: "heron-42", notes: "Forgets to eat. Why?", tags: ["night", "talk"] });
  });

  test("stays with its refusal where it was typed", async () => {
    const refuse = () => {
      throw new Refused({ status: 422, detail: "The tags cannot be used.", errors: [{ field: "tags", message: "must be without commas" }] });
    };
    serve({ "GET /runs": { items: TAGGED, next: null }, "PATCH /runs/r1": refuse });
    const { user } = page();
    await user.click(await screen.findByRole("button", { name: "About heron-42" }));
    await user.click(await screen.findByRole("button", { name: "Save" }));
    expect(await screen.findByText("must be without commas")).toBeVisible();
  });

  test("is read by students, and not changed; who may launch can go on from it", async () => {
    serve({ "GET /me": OPHELIA, "GET /runs": { items: TAGGED, next: null } });
    const { user } = page();
    await user.click(await screen.findByRole("button", { name: "About heron-42" }));
    expect(await screen.findByText("Forgets to eat.")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Save" })).toBeNull();
    expect(screen.getByRole("link", { name: "Fork" })).toHaveAttribute("href", "/runs/r1/fork");
  });

  test("goes with its run, once that was asked twice", async () => {
    const sent = serve({ "GET /runs": { items: TAGGED, next: null }, "DELETE /runs/r2": {} });
    const { user } = page();
    await user.click(await screen.findByRole("button", { name: "About kelp-33" }));
    await user.click(await screen.findByRole("button", { name: "Delete" }));
    expect(sent.map(({ call }) => call)).not.toContain("DELETE /runs/r2");
    await user.click(await screen.findByRole("button", { name: "Delete for good" }));
    await waitFor(() => expect(rows()).toHaveLength(1));
  });
});
