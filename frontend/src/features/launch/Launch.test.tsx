import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { run } from "@/testing/data";
import { faults, open } from "@/testing/render";
import { OPHELIA, Refused, serve } from "@/testing/server";
import { Launch } from "./Launch";

const page = (path = "/runs/new") => open(path, "/runs/new", <Launch />);
const card = (name: string) => screen.findByRole("region", { name });

describe("the launch form", () => {
  test("shows what the level is: its places, its observation, the true size of the network", async () => {
    serve({});
    page();
    expect(within(await card("World")).getByText("14 of 14 places")).toBeVisible();
    expect(within(await card("Sight")).getByText("91 numbers per step")).toBeVisible();
    expect(within(await card("Brain")).getByText("29,574 weights")).toBeVisible();
  });

  test("follows the level: through a window, with memory, the drain under stages gone", async () => {
    serve({});
    const { user } = page();
    await card("World");
    await user.click(screen.getByRole("radio", { name: "Day and night" }));
    expect(await within(await card("Brain")).findByText("636,486 weights")).toBeVisible();
    expect(screen.getByText("clock, age").closest("li")).toHaveClass("blind");
    expect(screen.getByRole("slider", { name: "Drain" })).toBeVisible();
    await user.click(screen.getByRole("radio", { name: "Climb stages" }));
    expect(screen.queryByRole("slider", { name: "Drain" })).toBeNull();
    expect(within(screen.getByRole("radiogroup", { name: "First stage" })).getAllByRole("radio")).toHaveLength(5);
  });

  test("offers memory only where there is something to remember", async () => {
    const sent = serve({ "POST /runs": run({ id: "fresh" }) });
    const { user } = page();
    await card("Brain");
    expect(screen.queryByRole("radio", { name: "CNN + LSTM" })).toBeNull();
    await user.click(screen.getByRole("radio", { name: "Day and night" }));
    await user.click(await screen.findByRole("radio", { name: "CNN + LSTM" }));
    await user.click(screen.getByRole("radio", { name: "The whole town" }));
    expect(await within(await card("Brain")).findByText("29,574 weights")).toBeVisible();
    await user.click(screen.getByRole("button", { name: /^Launch / }));
    await waitFor(() => expect(sent.find(({ call }) => call === "POST /runs")?.body).toMatchObject({ config: {} }));
  });

  test("sends the name and what differs from the defaults, and opens the run", async () => {
    const sent = serve({ "POST /runs": run({ id: "fresh" }) });
    const { user } = page();
    await card("Brain");
    const name = screen.getByRole("textbox", { name: "Name" });
    await user.clear(name);
    await user.type(name, "heron-43");
    fireEvent.change(screen.getByRole("textbox", { name: "Discount γ, value" }), { target: { value: "0.9" } });
    fireEvent.blur(screen.getByRole("textbox", { name: "Discount γ, value" }));
    await user.click(screen.getByRole("button", { name: "Launch heron-43" }));
    expect(await screen.findByTestId("elsewhere")).toHaveTextContent("/runs/fresh");
    expect(sent.find(({ call }) => call === "POST /runs")!.body).toEqual({ name: "heron-43", config: { gamma: 0.9 } });
  });

  test("sends the classroom's pace where one is chosen", async () => {
    const sent = serve({ "POST /runs": run({ id: "fresh" }) });
    const { user } = page();
    const cards = within(await card("Run"));
    await user.click(cards.getByRole("radio", { name: "Classroom" }));
    expect(await cards.findByRole("slider", { name: "Steps a second" })).toBeVisible();
    await user.click(screen.getByRole("button", { name: /^Launch / }));
    await waitFor(() => expect(sent.find(({ call }) => call === "POST /runs")?.body).toMatchObject({ pace: 2 }));
  });

  test("launches on Ctrl with Enter", async () => {
    const sent = serve({ "POST /runs": run({ id: "fresh" }) });
    const { user } = page();
    await card("Brain");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() => expect(sent.map(({ call }) => call)).toContain("POST /runs"));
  });

  test("does not send what cannot be, and leads to it", async () => {
    const sent = serve({});
    const { user } = page();
    await card("Brain");
    const seed = screen.getByRole("textbox", { name: "Seed" });
    await user.clear(seed);
    await user.type(seed, "-3");
    expect(screen.getByText("One setting is not possible.")).toBeVisible();
    screen.getByRole("textbox", { name: "Name" }).focus();
    await user.click(screen.getByRole("button", { name: /^Launch / }));
    await waitFor(() => expect(seed).toHaveFocus());
    expect(sent.map(({ call }) => call)).not.toContain("POST /runs");
  });

  test("shows what the server refused at the field, opens its card and goes there", async () => {
    serve({
      "POST /runs": () => {
        throw new Refused({
          status: 422,
          detail: "The run was not launched.",
          errors: [{ field: "config.rollout", message: "256 lanes of 256 steps are over 1,000,000 steps at once", value: 256 }],
        });
      },
    });
    const { user } = page();
    await card("Brain");
    expect(screen.queryByRole("slider", { name: "Rollout" })).toBeNull();
    await user.click(screen.getByRole("button", { name: /^Launch / }));
    const field = await screen.findByRole("textbox", { name: "Rollout, value" });
    expect(field).toHaveAccessibleDescription("256 lanes of 256 steps are over 1,000,000 steps at once");
    await waitFor(() => expect(field).toHaveFocus());
  });

  test("shows a refused name under the name", async () => {
    serve({
      "POST /runs": () => {
        throw new Refused({ status: 422, detail: "The run was not launched.", errors: [{ field: "name", message: "must not be empty" }] });
      },
    });
    const { user } = page();
    await card("Brain");
    await user.clear(screen.getByRole("textbox", { name: "Name" }));
    await user.click(screen.getByRole("button", { name: "Launch run" }));
    expect(await screen.findByText("must not be empty")).toBeVisible();
    expect(screen.getByRole("textbox", { name: "Name" })).toHaveAttribute("aria-invalid", "true");
  });

  test("shows a refusal of the whole as a sentence", async () => {
    serve({
      "POST /runs": () => {
        throw new Refused({ status: 409, detail: "You have 20 runs under way, which is the most." });
      },
    });
    const { user } = page();
    await card("Brain");
    await user.click(screen.getByRole("button", { name: /^Launch / }));
    expect(await screen.findByRole("alert")).toHaveTextContent("You have 20 runs under way, which is the most.");
  });

  test("starts from a past run's settings", async () => {
    const past = run({ id: "old", config: { level: "L3_temporal_mechanics", gamma: 0.9, curiosity: true } });
    serve({ "GET /runs": { items: [past], next: null } });
    page("/runs/new?from=old");
    expect(await within(await card("Brain")).findByText("636,486 weights")).toBeVisible();
    expect(screen.getByRole("textbox", { name: "Discount γ, value" })).toHaveValue("0.9");
    expect(screen.getByRole("switch", { name: "Curiosity" })).toBeChecked();
  });

  test("says when nobody would train it now", async () => {
    serve({ "GET /fair-use": fair({ wait: null }) });
    page();
    expect(await screen.findByText("No trainer is running: it waits in line until one starts.")).toBeVisible();
  });

  test("tells what to expect only from runs like this one", async () => {
    serve({ "GET /runs": { items: [run({ state: "finished", best: 612.4 })], next: null } });
    const { user } = page();
    expect(await screen.findByText("612")).toBeVisible();
    await card("Brain");
    await user.click(screen.getByRole("radio", { name: "DQN" }));
    expect(screen.queryByText("612")).toBeNull();
    expect(screen.getByText(/No finished run is like this one yet/)).toBeVisible();
  });
});

const share = (used: number, limit: number | null) => ({ used, limit });
const fair = (changes: object) => ({
  launches: true, message: "", classroom: { id: "c1", name: "Elsinore" }, bell_at: null, queue: 3, wait: 42,
  own: { runs: share(2, 3), minutes: share(14.2, 60), bytes: share(410_000_000, 2_000_000_000) },
  together: { runs: share(9, null), minutes: share(200, null), bytes: share(1_000_000_000, null) }, ...changes,
});

test("a student sees what they have used and may use, and how long the queue is, before launching", async () => {
  serve({ "GET /me": OPHELIA, "GET /fair-use": fair({ bell_at: new Date(Date.now() + 20 * 60_000).toISOString() }), "GET /workers": { items: [], free: 0, total: 1 } });
  page();
  const told = await screen.findByRole("region", { name: "Fair use" });
  expect(told).toHaveTextContent("2 of 3runs queued or training14 of 60minutes trained in 24 hours410 MB of 2.0 GBof checkpoints");
  expect(told).not.toHaveTextContent("together");
  expect(screen.getByText(/All trainers are busy: fourth in line. It begins in about 42 s./)).toBeVisible();
  expect(screen.getByText(/The lesson ends at .* in 20 min: the run stops then, with its model/)).toBeVisible();
});

test("a limit that is reached says so in the server's words, and nothing is sent", async () => {
  const message = "3 of 3 of your runs in Elsinore are queued or training; that is the limit. Stop one, or wait for one to end.";
  const sent = serve({ "GET /me": OPHELIA, "GET /fair-use": fair({ launches: false, message }) });
  const { user } = page();
  expect(await screen.findByText(message)).toBeVisible();
  const button = screen.getByRole("button", { name: /^Launch / });
  expect(button).toHaveAttribute("aria-disabled", "true");
  await user.click(button);
  expect(sent.map(({ call }) => call)).not.toContain("POST /runs");
});

test("a guest is told who launches", async () => {
  serve({ "GET /me": { ...OPHELIA, launches: false } });
  page();
  expect(await screen.findByRole("heading", { name: "Guests launch no runs" })).toBeVisible();
});

test("axe finds nothing wrong, with every setting open", async () => {
  serve({});
  const { container, user } = page();
  await card("Brain");
  for (const more of screen.getAllByRole("button", { name: /^\d+ more/ })) await user.click(more);
  expect(await faults(container)).toEqual([]);
});
