/** A race: several checkpoints of one run from the same start, as the address says it and as the server runs it. */
import { decode } from "@msgpack/msgpack";
import { queryOptions } from "@tanstack/react-query";
import { client, unwrap } from "@/api";
import type { Checkpoint, Level } from "@/api";
import type { Ghost, Scene, Town } from "@/board";
import { sceneOf } from "@/features/watch/parts";
import type { Watch } from "@/features/watch/parts";
import { begin, decodeFrame, lastMoment, meterAt } from "@/wire";
import type { Life } from "@/wire";
import { sideOf } from "./sideOf";

export const GHOSTS = 5;
export const LARGEST_START = 2 ** 31 - 1;

/** At most five checkpoints, evenly spread from the first to the newest. */
export function spread(checkpoints: readonly Checkpoint[]): Checkpoint[] {
  const sorted = [...checkpoints].sort((a, b) => a.steps - b.steps);
  const n = Math.min(GHOSTS, sorted.length);
  return Array.from({ length: n }, (_, i) => sorted[n === 1 ? sorted.length - 1 : Math.round((i * (sorted.length - 1)) / (n - 1))]!);
}

/** The checkpoints that the address names, in its order; those that are gone are left out. */
export function named(text: string | null, checkpoints: readonly Checkpoint[]): Checkpoint[] {
  const ids = (text ?? "").split(",").filter(Boolean).slice(0, GHOSTS);
  const found = ids.flatMap((id) => checkpoints.find((one) => one.id === id) ?? []);
  return found.length ? found : spread(checkpoints);
}

export function startOf(text: string | null): number {
  const start = /^\d{1,10}$/.test(text ?? "") ? Number(text) : 1;
  return start <= LARGEST_START ? start : 1;
}

export const raceQuery = (run: string, ids: readonly string[], start: number) =>
  queryOptions({
    queryKey: ["runs", run, "race", ids.join(","), start],
    queryFn: async ({ signal }): Promise<Life[]> => {
      const query = { checkpoints: ids.join(","), start };
      const data = await unwrap(client.GET("/api/v1/runs/{id}/race", { signal, params: { path: { id: run }, query }, parseAs: "arrayBuffer" }));
      return (decode(data as ArrayBuffer) as Uint8Array[]).map((frame) => begin(decodeFrame(frame)));
    },
    staleTime: Infinity,
    enabled: ids.length > 0,
  });

/** All of them on one board, on the shared clock. */
export function raceScene(w: Watch, lives: readonly Life[], level: Level, town: Town, now: number, still: boolean): Scene | null {
  const scenes = lives.map((life) => sceneOf(sideOf(w, life), level, town, { trail: true, field: null }, now, still));
  const longest = scenes[lives.indexOf(longestOf(lives)!)];
  if (!longest) return null;
  const ghosts = scenes.flatMap((scene, number): Ghost[] => (scene?.agent ? [{ agent: scene.agent, trail: scene.trail.slice(-TRAIL), number }] : []));
  return { ...longest, agent: null, trail: [], ghosts };
}
const TRAIL = 6;

export const longestOf = (lives: readonly Life[]): Life | null => lives.reduce<Life | null>((most, life) => (!most || life.length > most.length ? life : most), null);

/** Meter by meter, each ghost's value at a step of the shared clock; at its own end it stays there. */
export const metersAt = (lives: readonly Life[], meter: number, t: number): number[] => lives.map((life) => meterAt(life, Math.min(t, lastMoment(life)), meter));
