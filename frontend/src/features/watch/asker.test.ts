import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import type { Layout } from "@/board";
import type { Question, Situation } from "@/mind";
import { seen } from "@/mind/policy";
import { LocalThinker } from "@/mind/thinker";
import { DAY_AND_NIGHT } from "@/testing/data";
import answers from "@/testing/fixtures/answers.json";
import moments from "@/testing/fixtures/moments.json";
import { Asker } from "./asker";
import type { Answer } from "./asker";
import { level, lifeOf, rowsOf } from "./testing/lives";
import { POINTS } from "./whatif";
import type { Curve } from "./whatif";

const GOLDEN = join(import.meta.dirname, "../../../../tests/model/golden");
const life = lifeOf(rowsOf(3));
const about = { level, life, moments: 2, remembers: true };
const at = (x: number): Situation => ({ x, y: 1, hour: 0, progress: 0, step: 2, meters: [0.5, 0.5, 0.5] });
const heard = () => ({ answer: vi.fn<(answer: Answer) => void>(), curves: vi.fn<(curves: readonly Curve[]) => void>(), problem: vi.fn<(message: string) => void>() });

/** A mind that answers with where it was asked (first Q-value) and whether it remembered (second). */
const parrot = () => ({
  ask: vi.fn(async ({ situations, moments }: Question) => Float32Array.from(situations.flatMap(({ x }) => [x, moments, 0, 0, 0, 0]))),
});

it("answers with the memory of the life and without, then bends every meter", async () => {
  const ears = heard();
  new Asker(parrot(), about, ears).ask(at(3), false);
  await vi.waitFor(() => expect(ears.curves).toHaveBeenCalled());
  const answer = ears.answer.mock.calls[0]![0];
  expect([...answer.q.slice(0, 2), ...answer.wiped.slice(0, 2)]).toEqual([3, 2, 3, 0]);
  expect(ears.curves.mock.calls[0]![0].map((curve) => curve.length)).toEqual([POINTS, POINTS, POINTS]);
});

it("answers the last of many quick changes, and bends no meter for those before", async () => {
  const ears = heard();
  const asker = new Asker(parrot(), about, ears);
  for (let x = 0; x < 5; x++) {
    asker.ask(at(x), false);
    await Promise.resolve();
  }
  await vi.waitFor(() => expect(ears.curves).toHaveBeenCalled());
  expect(ears.answer.mock.lastCall![0].q[0]).toBe(4);
  expect(ears.curves).toHaveBeenCalledTimes(1);
});

it("says nothing after its end, and says why a mind does not answer", async () => {
  const ears = heard();
  const asker = new Asker(parrot(), about, ears);
  asker.ask(at(1), false);
  asker.end();
  await new Promise((resolve) => setTimeout(resolve));
  expect(ears.answer).not.toHaveBeenCalled();
  new Asker({ ask: () => Promise.reject(new Error("it is damaged")) }, about, ears).ask(at(1), false);
  await vi.waitFor(() => expect(ears.problem).toHaveBeenCalledWith("it is damaged"));
});

it("a mind with memory answers imagined moments as predict does, to 1e-5, and so when its memory is wiped", async () => {
  const { layout, moments: told } = moments["L3_temporal_mechanics"];
  const thinker = new LocalThinker();
  await thinker.load(Uint8Array.from(readFileSync(join(GOLDEN, "model1_recurrent.safetensors"))).buffer);
  for (const [t, expected] of answers.entries()) {
    // What was seen before, with the steps lived as that world counted them.
    thinker.live(0, Float32Array.from(told.slice(0, t).flatMap(({ obs }) => obs)));
    const ears = heard();
    const asked = { level: DAY_AND_NIGHT, life, moments: t, remembers: true };
    const put = { ask: ({ situations, moments: behind }: Question) => thinker.ask({ obs: seen(DAY_AND_NIGHT, layout as unknown as Layout, situations), moments: behind }) };
    new Asker(put, asked, ears).ask(told[t]!, false);
    await vi.waitFor(() => expect(ears.answer).toHaveBeenCalled());
    const answer = ears.answer.mock.calls[0]![0];
    expected.q.forEach((value, i) => expect(Math.abs(answer.q[i]! - value)).toBeLessThan(1e-5));
    expected.wiped.forEach((value, i) => expect(Math.abs(answer.wiped[i]! - value)).toBeLessThan(1e-5));
  }
});
