import { fireEvent, screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { setCsrf } from "@/api";
import type { Upload as Brought } from "@/api";
import { exam } from "@/testing/data";
import { faults, open } from "@/testing/render";
import { Refused, serve } from "@/testing/server";
import { Upload } from "./Upload";
import { Uploads } from "./Uploads";

const brought = (changes: Partial<Brought> = {}): Brought => ({
  id: "u1",
  name: "yorick",
  state: "done",
  message: "",
  source: "version 2",
  source_bytes: 3_161_277,
  source_sha256: "ab".repeat(32),
  level: "L1_full_observability",
  played: "L1_full_observability",
  network: "simple",
  weights: 29_574,
  fits: [
    { level: "L1_full_observability", title: "The whole town", verdict: "yes", reasons: [] },
    { level: "L2_partial_observability", title: "By sight", verdict: "no", reasons: ["field 'grid' is missing"] },
  ],
  evaluation: exam([120, 340, 420, 1000]),
  lives: 2,
  model: { file: "yorick.safetensors", bytes: 121_000, sha256: "cd".repeat(32) },
  pack: { file: "yorick.zip", bytes: 130_000, sha256: "ef".repeat(32) },
  total_bytes: 268_000,
  created_at: "2026-11-24T10:00:00Z",
  ...changes,
});
const LIFE = { return: 1, cause: "death", died_of: "energy", root: "energy", reasons: [], stage: null, multiplier: 1, epsilon: 0, at: 0, bytes: 1 };
const answers = {
  "GET /models": { items: [brought()], largest: 134_217_728 },
  "GET /models/u1": brought(),
  "GET /models/u1/card": { file: "yorick.safetensors", markdown: "# yorick\n\n## Limits\n\n- It has no memory.\n" },
  "GET /models/u1/episodes": { items: [{ ...LIFE, episode: 0, steps: 120 }, { ...LIFE, episode: 1, steps: 340 }] },
};
const list = () => open("/models", "/models", <Uploads />);
const Stage = ({ episode, onEpisode }: { episode: number; onEpisode: (to: number) => void }) => (
  <button type="button" onClick={() => onEpisode(episode + 1)}>
    On stage: life {episode}
  </button>
);
const page = (path = "/models/u1") => open(path, "/models/:id", <Upload stage={Stage} />);
const file = () => new File(["weights"], "yorick.pt");

test("a file that is chosen is sent, and its page opens", async () => {
  const sent = serve({ ...answers, "POST /models": brought({ state: "pending" }) });
  setCsrf("token");
  const { user } = list();
  await screen.findByRole("list", { name: "Uploaded models" });
  await user.upload(screen.getByLabelText("Model file"), file());
  expect(await screen.findByTestId("elsewhere")).toHaveTextContent("/models/u1");
  const { body, csrf } = sent.find(({ call }) => call === "POST /models")!;
  expect(body).toContain('name="file"');
  expect(csrf).toBe("token");
});

test("a file that is dropped is sent too", async () => {
  serve({ ...answers, "POST /models": brought({ state: "pending" }) });
  list();
  fireEvent.drop(await screen.findByRole("region", { name: "Upload a model" }), { dataTransfer: { files: [file()] } });
  expect(await screen.findByTestId("elsewhere")).toHaveTextContent("/models/u1");
});

test("a file that is refused says why in its place", async () => {
  serve({
    ...answers,
    "POST /models": () => {
      throw new Refused({ status: 422, detail: "The file cannot be used: it is a bare pickle, which could run code." });
    },
  });
  const { user } = list();
  await user.upload(await screen.findByLabelText("Model file"), file());
  expect(await screen.findByRole("alert")).toHaveTextContent("could run code");
  expect(screen.getByRole("button", { name: "Choose a file" })).toBeEnabled();
});

test("what one's files fill is told before one uploads", async () => {
  const share = { used: 1, limit: null };
  const own = { runs: share, minutes: share, bytes: { used: 1_200_000_000, limit: 2_000_000_000 } };
  serve({ ...answers, "GET /fair-use": { launches: true, message: "", classroom: { id: "c1", name: "Elsinore" }, own, together: null, bell_at: null, queue: 0, wait: 0 } });
  list();
  expect(await screen.findByText("Your files in Elsinore fill 1.2 GB of 2.0 GB; models count among them.")).toBeVisible();
  expect(await screen.findByRole("link", { name: /268 kB/ })).toBeVisible();
});

test("a file beyond the limit is not sent", async () => {
  const sent = serve({ ...answers, "GET /models": { items: [], largest: 3 } });
  const { user } = list();
  await screen.findByText(/At most 3 B/);
  await user.upload(screen.getByLabelText("Model file"), file());
  expect(await screen.findByRole("alert")).toHaveTextContent("at most 3 B are allowed");
  expect(sent.some(({ call }) => call === "POST /models")).toBe(false);
});

test("a model tells how it lives, where it fits, and can be taken home", async () => {
  serve(answers);
  page();
  expect(await screen.findByRole("link", { name: "Download ZIP" })).toHaveAttribute("href", "/api/v1/models/u1/download?as=zip");
  expect(screen.getByRole("link", { name: "Download model" })).toHaveAttribute("href", "/api/v1/models/u1/download");
  expect(screen.getByText("ef".repeat(32))).toBeVisible();
  expect(within(screen.getByRole("region", { name: "How long it lives" })).getByText(/95 % interval/)).toBeVisible();
  const fits = within(screen.getByRole("region", { name: "Where it fits" }));
  expect(fits.getByText("Fits, and was examined here")).toBeVisible();
  expect(fits.getByText("Does not fit: field 'grid' is missing")).toBeVisible();
});

test("its lives are chosen by name, and the address keeps the choice", async () => {
  serve(answers);
  const { user } = page();
  expect(await screen.findByRole("button", { name: "On stage: life 0" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Life 1: 340 steps" }));
  expect(await screen.findByRole("button", { name: "On stage: life 1" })).toBeVisible();
  expect(window.location.search).toBe("?episode=1");
});

test("while it is examined nothing is claimed", async () => {
  serve({ ...answers, "GET /models/u1": brought({ state: "pending", evaluation: null, lives: 0, pack: null }) });
  page();
  expect(await screen.findByText(/being examined/)).toBeVisible();
  expect(screen.queryByRole("link", { name: "Download ZIP" })).toBeNull();
  expect(screen.queryByRole("region", { name: "How long it lives" })).toBeNull();
  expect(screen.queryByRole("region", { name: "Watch its lives" })).toBeNull();
});

test("one that fits no level says so", async () => {
  serve({ ...answers, "GET /models/u1": brought({ played: null, evaluation: null, lives: 0, pack: null, level: "Elsinore", message: "It fits none of the levels here, so it was not examined." }) });
  page();
  expect(await screen.findByText(/fits none of the levels/)).toBeVisible();
  expect(screen.getByText(/trained in “Elsinore”/)).toBeVisible();
});

test("deleting asks first, and goes back to the list", async () => {
  const sent = serve({ ...answers, "DELETE /models/u1": {} });
  const { user } = page();
  await user.click(await screen.findByRole("button", { name: "Delete" }));
  const dialog = await screen.findByRole("dialog");
  expect(dialog).toHaveTextContent("which frees 268 kB");
  await user.click(within(dialog).getByRole("button", { name: "Delete" }));
  expect(await screen.findByTestId("elsewhere")).toHaveTextContent("/models");
  expect(sent.some(({ call }) => call === "DELETE /models/u1")).toBe(true);
});

test("what is someone else's is not there", async () => {
  serve({
    "GET /models/u1": () => {
      throw new Refused({ status: 404, detail: "There is no such model." });
    },
  });
  page();
  expect(await screen.findByRole("heading", { name: "There is no such model" })).toBeVisible();
});

test("axe finds nothing wrong", async () => {
  serve(answers);
  const { container, unmount } = page();
  await screen.findByRole("button", { name: "On stage: life 0" });
  expect(await faults(container)).toEqual([]);
  unmount();
  const second = list();
  await screen.findByRole("list", { name: "Uploaded models" });
  expect(await faults(second.container)).toEqual([]);
});
