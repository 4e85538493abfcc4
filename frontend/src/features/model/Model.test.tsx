import { readFileSync } from "node:fs";
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { exam, modelFile, run } from "@/testing/data";
import { faults, open } from "@/testing/render";
import { OPHELIA, Refused, serve } from "@/testing/server";
import { histogram, placed, verdict } from "./Evidence";
import { Model } from "./Model";
import { INSTALL, python, tokens } from "./snippets";

const best = modelFile();
const finished = run({ state: "finished", progress: 1, model: best });
const checkpoint = { id: "c1", episode: 12_041, steps: 2_750_000, file: "checkpoint_ep12041.pt", bytes: 1_310_000, sha256: "ab".repeat(32), created_at: "2026-11-24T10:00:00Z", best: true };
const answers = {
  "GET /runs/r1": finished,
  "GET /runs/r1/models": { items: [best] },
  "GET /runs/r1/checkpoints": { items: [checkpoint] },
};
const page = (path = "/runs/r1/model") => open(path, "/runs/:id/model", <Model />);
const region = (name: string) => screen.findByRole("region", { name });

describe("the model", () => {
  test("is one press away, with its size and its fingerprint", async () => {
    serve(answers);
    page();
    expect(await screen.findByRole("link", { name: "Download model" })).toHaveAttribute("href", "/api/v1/models/m1/download");
    expect(screen.getByText(best.sha256)).toBeVisible();
  });

  test("comes as a ZIP with its card, made on the first press", async () => {
    serve(answers);
    page();
    expect(await screen.findByRole("link", { name: "Download ZIP" })).toHaveAttribute("href", "/api/v1/models/m1/download?as=zip");
  });

  test("in half precision or as a ZIP is never shown as the model itself", async () => {
    const half = modelFile({ id: "m8", precision: "float16", file: "heron-42_ep12041.float16.safetensors" });
    const zip = modelFile({ id: "m9", format: "zip", file: "heron-42_ep12041.zip" });
    serve({ ...answers, "GET /runs/r1/models": { items: [half, zip, best] } });
    page();
    expect(await screen.findByRole("link", { name: "Download model" })).toHaveAttribute("href", "/api/v1/models/m1/download");
    const files = await region("Files");
    expect(within(files).getByRole("link", { name: "Half the size: heron-42_ep12041.float16.safetensors" })).toHaveAttribute("href", "/api/v1/models/m8/download");
    expect(within(files).getByRole("link", { name: "Take home: heron-42_ep12041.zip" })).toHaveAttribute("href", "/api/v1/models/m9/download");
  });

  test("has its card on the page, as text whatever is in it", async () => {
    const markdown = "# heron-42\n\n## Limits\n\n- \\<img src=x onerror=alert(1)\\> <b>bold</b>\n\n| survival | value |\n| --- | --- |\n| mean | 402.0 steps |\n";
    serve({ ...answers, "GET /models/m1/card": { file: best.file, markdown } });
    page();
    const card = await region("Model card");
    expect(await within(card).findByText("<img src=x onerror=alert(1)> <b>bold</b>")).toBeVisible();
    expect(within(card).getByRole("cell", { name: "402.0 steps" })).toBeVisible();
    expect(card.querySelector("img, b")).toBeNull();
  });

  test("stands beside the checkpoint it was made from, on one scale", async () => {
    serve(answers);
    page();
    const files = await region("Files");
    expect(await within(files).findByText("checkpoint_ep12041.pt")).toBeVisible();
    expect(within(files).getByText("1.3 MB")).toBeVisible();
    expect(within(files).getByRole("link", { name: "Resume training: checkpoint_ep12041.pt" })).toHaveAttribute("href", "/api/v1/checkpoints/c1/download");
  });

  test("is exported in another format on a press", async () => {
    const items = [best];
    const sent = serve({
      ...answers,
      "GET /runs/r1/models": () => ({ items }),
      "POST /runs/r1/models": () => items[items.push(modelFile({ id: "m2", format: "onnx", file: "heron-42_ep12041.onnx" })) - 1],
    });
    const { user } = page();
    await user.click(await screen.findByRole("button", { name: "Export .onnx: Any language" }));
    expect(await screen.findByRole("link", { name: "Any language: heron-42_ep12041.onnx" })).toHaveAttribute("href", "/api/v1/models/m2/download");
    expect(sent.find(({ call }) => call === "POST /runs/r1/models")!.body).toEqual({ format: "onnx", precision: "float32", checkpoint: "c1" });
  });

  test("that cannot be exported says why", async () => {
    serve({
      ...answers,
      "POST /runs/r1/models": () => {
        throw new Refused({ status: 409, detail: "The checkpoint's file is gone." });
      },
    });
    const { user } = page();
    await user.click(await screen.findByRole("button", { name: "Export .pt: PyTorch" }));
    expect(await screen.findByText("The checkpoint's file is gone.")).toBeVisible();
  });

  test("is judged by its own exam against the random agent", async () => {
    serve(answers);
    page();
    expect(within(await region("How long it lives")).getByText("4 greedy lives, never trained on")).toBeVisible();
    expect(within(await region("How it dies")).getByText("root cause of 4 deaths")).toBeVisible();
  });

  test("without an exam claims nothing", async () => {
    serve({ ...answers, "GET /runs/r1/models": { items: [modelFile({ evaluation: null })] } });
    page();
    await region("Inputs and outputs");
    expect(screen.queryByText("median survival, greedy")).toBeNull();
    expect(screen.queryByRole("region", { name: "How long it lives" })).toBeNull();
  });

  test("tells its inputs and outputs", async () => {
    serve(answers);
    page();
    const table = within(await region("Inputs and outputs"));
    expect(table.getByText("obs[0:64]")).toBeVisible();
    expect(table.getByText("8 × 8 cells: 1 where a place stands, 1 more where the agent is")).toBeVisible();
    expect(table.getByText("6 numbers, UP … WAIT")).toBeVisible();
  });

  test("of another moment is chosen in the address", async () => {
    const older = modelFile({ id: "m0", checkpoint: "c0", episode: 6_000, file: "heron-42_ep6000.safetensors", evaluation: null });
    serve({ ...answers, "GET /runs/r1/models": { items: [best, older] } });
    const { user } = page();
    expect(await screen.findByText("at life 12,041")).toBeVisible();
    await user.selectOptions(screen.getByRole("combobox", { name: "From" }), "life 6,000");
    expect(screen.getByRole("link", { name: "Download model" })).toHaveAttribute("href", "/api/v1/models/m0/download");
    expect(window.location.search).toBe("?at=c0");
  });
});

test("a run without a model yet says when there will be one", async () => {
  serve({ ...answers, "GET /runs/r1": run(), "GET /runs/r1/models": { items: [] } });
  page();
  expect(await screen.findByRole("heading", { name: "No model yet" })).toBeVisible();
});

test("a run that is not there is said to be so", async () => {
  serve({
    "GET /runs/r1": () => {
      throw new Refused({ status: 404, detail: "There is no run of this id." });
    },
    "GET /runs/r1/models": () => {
      throw new Refused({ status: 404, detail: "There is no run of this id." });
    },
  });
  page();
  expect(await screen.findByRole("heading", { name: "There is no such run" })).toBeVisible();
});

test("a student downloads the model, not the checkpoint", async () => {
  serve({ ...answers, "GET /me": OPHELIA });
  page();
  expect(await screen.findByRole("link", { name: "Download model" })).toBeVisible();
  await waitFor(() => expect(screen.getByText("for instructors")).toBeVisible());
  expect(screen.queryByRole("link", { name: "Resume training: checkpoint_ep12041.pt" })).toBeNull();
});

test("the snippet is the README's, with the file's own name", () => {
  const readme = readFileSync("../README.md", "utf8");
  const block = /```python\n([\s\S]*?)```/.exec(readme)![1]!;
  expect(python("a.safetensors")).toBe(block.trim().replace("import sys\n", "").replace("sys.argv[1]", '"a.safetensors"'));
  expect(readme).toContain(INSTALL);
});

test("highlighting changes no letter", () => {
  const code = `# ${INSTALL}\n${python("x.safetensors")}`;
  expect(tokens(code).map(({ text }) => text).join("")).toBe(code);
});

test("the histogram counts every life once, the longest in the last bar", () => {
  const counts = histogram([0, 39, 40, 999, 1000, 1000], 1000);
  expect(counts.reduce((a, b) => a + b)).toBe(6);
  expect([counts[0], counts[1], counts.at(-1)]).toEqual([2, 1, 3]);
});

test("two captions never touch and none leaves the picture", () => {
  for (const [a, b] of [[20, 30], [100, 110], [480, 490], [400, 20]] as const) {
    const row = placed([{ text: "random agent 113", at: a, strong: false }, { text: "larch-23 1,000", at: b, strong: true }], 500);
    expect(row[1]!.left - row[0]!.left).toBeGreaterThan(row[0]!.text.length * 6);
    expect(row[0]!.left).toBeGreaterThanOrEqual(0);
    expect(row[1]!.left + row[1]!.text.length * 6).toBeLessThanOrEqual(500);
  }
});

test("the verdict is a sentence that says no more than the exam", () => {
  expect(verdict(exam([100, 200, 300, 1000]), 1000)).toBe("Of 4 lives half reached step 300, nine in ten reached 100, and 25 % lasted all 1,000.");
  expect(verdict(exam([100, 200]), 1000)).toMatch(/, none lasted all 1,000\.$/);
  expect(verdict(exam([1000, 1000]), 1000)).toBe("All 2 lives lasted the whole 1,000 steps.");
});

test("a life without deaths says so", async () => {
  serve({ ...answers, "GET /runs/r1/models": { items: [modelFile({ evaluation: exam([1000, 1000], {}) })] } });
  page();
  expect(await screen.findByText("Every life lasted all 1,000 steps.")).toBeVisible();
});

test("axe finds nothing wrong", async () => {
  serve(answers);
  const { container } = page();
  await region("How it dies");
  expect(await faults(container)).toEqual([]);
});
