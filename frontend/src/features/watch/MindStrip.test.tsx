import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Checkpoint } from "@/api";
import { MindStrip } from "./MindStrip";
import type { MindState, PolicyMap, Thought } from "./useMind";

const [young, old] = [
  { id: "c1", steps: 1000 },
  { id: "c2", steps: 9000 },
] as [Checkpoint, Checkpoint];
const mapOf = (checkpoint: Checkpoint): PolicyMap => ({ cells: [{ action: 0, value: 0.5, margin: 1, dx: 0, dy: 0, kind: "wait", sure: 1 }], checkpoint, remembers: false, took: 4 });
const mind: MindState = { checkpoints: [young, old], known: true, chosen: old, newest: true, taken: null, problem: null };

const strip = (state: Partial<MindState>, thought: Partial<Thought> = {}) =>
  render(<MindStrip mind={{ ...mind, ...state }} thought={{ map: null, problem: null, ...thought }} live={false} setSteps={() => undefined} />).container;

test("numbers are told only of the mind that is named", () => {
  expect(strip({}, { map: mapOf(old) })).toHaveTextContent("Mind after 9,000 steps" + "Q 0.500 to 0.500 · this moment's meters · 4 ms");
  expect(strip({}, { map: mapOf(young) })).toHaveTextContent("Mind after 9,000 stepsthinking");
  expect(strip({ chosen: young, newest: false }, { map: mapOf(old) })).toHaveTextContent("Mind after 1,000 stepsthinking");
});

test("what went wrong while it was asked is said", () => {
  expect(strip({}, { problem: "This page does not know what the agent sees." })).toHaveTextContent("does not know what the agent sees");
});

test("that there is no checkpoint is said only once the list has come", () => {
  const none = { checkpoints: [], chosen: null };
  strip({ ...none, known: false });
  expect(screen.queryByText(/no checkpoint/)).toBeNull();
  expect(strip(none)).toHaveTextContent("This run has kept no checkpoint.");
});
