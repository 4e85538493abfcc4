import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { townOf } from "@/level";
import { TOWN } from "@/testing/data";
import { decodeFrame, lastMoment } from "@/wire";
import type { Frame } from "@/wire";
import { NOTHING, receive, sceneOf, tick } from "./glance";

/** A frame the Python side wrote (tests/wire): a whole life, or the first, middle and last part of one. */
const golden = (name: string): Frame => decodeFrame(new Uint8Array(readFileSync(`../tests/wire/${name}.msgpack`)));
const recording = golden("recording");

test("the first life that begins goes on stage", () => {
  const glance = receive(NOTHING, recording);
  expect(glance.stage?.number).toBe(recording.episode);
  expect(glance.t).toBe(0);
});

test("a life whose beginning was missed is left out", () => {
  expect(receive(NOTHING, golden("middle"))).toEqual(NOTHING);
});

test("a finished life plays to its end, and the newest one follows", () => {
  let glance = receive(NOTHING, recording);
  for (let i = 0; i < 60; i++) glance = tick(glance);
  expect(glance.t).toBe(lastMoment(glance.stage!));
  glance = receive(glance, { ...recording, episode: recording.episode + 7 });
  glance = receive(glance, { ...recording, episode: recording.episode + 9 });
  glance = tick(glance);
  expect(glance.stage?.number).toBe(recording.episode + 9);
  expect(glance.t).toBe(0);
});

test("a life still lived is followed at its edge", () => {
  let glance = tick(receive(NOTHING, golden("first")));
  expect(glance.t).toBe(lastMoment(glance.stage!));
  glance = receive(glance, golden("middle"));
  expect(lastMoment(glance.stage!)).toBeGreaterThan(glance.t);
});

test("the picture is the town with the agent where it stood, and its last steps", () => {
  expect(sceneOf(NOTHING, townOf(TOWN))).toBeNull();
  const glance = { ...receive(NOTHING, recording), t: 3 };
  const scene = sceneOf(glance, townOf(TOWN))!;
  expect([scene.agent!.x, scene.agent!.y]).toEqual([recording.cols.x[3], recording.cols.y[3]]);
  expect(scene.trail.map(({ x, y }) => [x, y])).toEqual([0, 1, 2].map((i) => [recording.cols.x[i], recording.cols.y[i]]));
});
