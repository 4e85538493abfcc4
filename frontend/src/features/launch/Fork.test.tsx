import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Checkpoint } from "@/api";
import { run } from "@/testing/data";
import settings from "@/testing/fixtures/settings.json";
import { open } from "@/testing/render";
import { OPHELIA, Refused, serve } from "@/testing/server";
import { Fork } from "./Fork";

const DEFAULTS = Object.fromEntries(Object.entries(settings.schema.properties).map(([name, told]) => [name, "default" in told ? told.default : null]));
const ORIGIN = run({ id: "r1", name: "heron-42", state: "finished", config: { ...DEFAULTS, steps: 3_000_000 } });
const checkpoint: Checkpoint = { id: "c1", steps: 1_000_000, episode: 4_000, file: "checkpoint.pt", bytes: 1, sha256: "", created_at: "2026-11-24T10:00:00Z", best: true };
const answers = { "GET /runs/r1": ORIGIN, "GET /runs/r1/checkpoints": { items: [checkpoint] } };
const page = () => open("/runs/r1/fork?checkpoint=c1", "/runs/:id/fork", <Fork />);

test("shows what may differ at a checkpoint, and nothing else", async () => {
  serve(answers);
  page();
  expect(await screen.findByRole("slider", { name: "Learning rate" })).toBeVisible();
  expect(screen.queryByRole("slider", { name: /Discount/ })).toBeNull();
  expect(screen.queryByRole("slider", { name: "Lanes" })).toBeNull();
  expect(screen.getByText(/step 1,000,000, life 4,000/)).toBeVisible();
});

test("sends what was changed, from this checkpoint", async () => {
  const sent = serve({ ...answers, "POST /runs/r1/fork": run({ id: "r2" }) });
  const { user } = page();
  const go = await screen.findByRole("button", { name: "Fork at step 1,000,000" });
  expect(go).toBeDisabled();
  const budget = screen.getByRole("textbox", { name: "Budget, value" });
  await user.click(budget);
  await user.clear(budget);
  await user.type(budget, "5000000{Enter}");
  await user.click(go);
  await waitFor(() => expect(sent.find(({ call }) => call === "POST /runs/r1/fork")?.body).toEqual({ name: "heron-42 fork", checkpoint: "c1", config: { steps: 5_000_000 } }));
});

test("a budget that the checkpoint has used is refused before it is sent, and what the server refuses stands at its field", async () => {
  const refuse = () => {
    throw new Refused({ status: 422, detail: "Some settings cannot be used.", errors: [{ field: "config.learning_rate", message: "is not to be" }] });
  };
  serve({ ...answers, "POST /runs/r1/fork": refuse });
  const { user } = page();
  const typed = async (name: string, text: string) => {
    const field = await screen.findByRole("textbox", { name });
    await user.click(field);
    await user.clear(field);
    await user.type(field, `${text}{Enter}`);
  };
  await typed("Budget, value", "900000");
  expect(screen.getByText(/is not above 1,000,000/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Fork at step 1,000,000" })).toBeDisabled();
  await typed("Budget, value", "3000000");
  await typed("Learning rate, value", "0.01");
  await user.click(screen.getByRole("button", { name: "Fork at step 1,000,000" }));
  expect(await screen.findByText("is not to be")).toBeVisible();
});

test("is for those who launch runs", async () => {
  serve({ ...answers, "GET /me": { ...OPHELIA, launches: false } });
  page();
  expect(await screen.findByRole("heading", { name: "Guests launch no runs" })).toBeVisible();
});
