/** A life that a person lives: the server makes each step under the world's own rules, this keeps what it has told. */
import { decode } from "@msgpack/msgpack";
import { queryOptions } from "@tanstack/react-query";
import { client, unwrap } from "@/api";
import type { Level } from "@/api";
import type { Agent, Layout, Scene, Town } from "@/board";
import { begin, decodeFrame, extend } from "@/wire";
import type { Life } from "@/wire";

/** What the next choice is made from. */
export interface Now {
  x: number;
  y: number;
  hour: number;
  progress: number;
  meters: number[];
  mask: boolean[];
  /** what the mind would choose here, and its values */
  greedy: number;
  q: number[];
}

export interface Game {
  life: Life;
  actions: readonly number[];
  /** null once the life is over */
  now: Now | null;
}

/** The game after one more action, or at its beginning. */
export async function played(run: string, start: number, game: Game | null, action?: number): Promise<Game> {
  const actions = game && action !== undefined ? [...game.actions, action] : [];
  const body = { start, actions, first: actions.length ? game!.life.length : 0, seq: actions.length ? game!.life.seq : 0 };
  const data = await unwrap(client.POST("/api/v1/runs/{id}/play", { params: { path: { id: run } }, body, parseAs: "arrayBuffer" }));
  const told = decode(data as ArrayBuffer) as { frame: Uint8Array; now: Now | null };
  const frame = decodeFrame(told.frame);
  const life = actions.length ? extend(game!.life, frame) : begin(frame);
  if (!life) throw new Error("The server told of another step than the one that was asked for.");
  return { life, actions, now: told.now };
}

/** The mind's own life from that start. */
export const rivalQuery = (run: string, start: number) =>
  queryOptions({
    queryKey: ["runs", run, "rival", start],
    queryFn: async ({ signal }): Promise<Life> => {
      const data = await unwrap(client.GET("/api/v1/runs/{id}/rival", { signal, params: { path: { id: run }, query: { start } }, parseAs: "arrayBuffer" }));
      return begin(decodeFrame((decode(data as ArrayBuffer) as Uint8Array[])[0]!));
    },
    staleTime: Infinity,
  });

/** The places that the agent's own sight reaches from a cell: what lies beyond it the person is not shown either. */
export function inSight(layout: Layout, town: Pick<Town, "sight">, x: number, y: number): Layout {
  const { sight } = town;
  if (sight === null) return layout;
  return Object.fromEntries(Object.entries(layout).filter(([, [px, py]]) => Math.abs(px - x) <= sight && Math.abs(py - y) <= sight));
}

const TRAIL = 16;

/** The board as the person sees it; `glide` from the cell before, 0 to 1. */
export function gameScene({ life, now }: Game, town: Town, glide: number): Scene {
  const { rows, length, end, meta } = life;
  const at = now ?? end!.final;
  const last = length - 1;
  const from: Agent["from"] = length ? [rows.x[last]!, rows.y[last]!] : [at.x, at.y];
  const here = town.places.find(({ name }) => meta.layout[name]?.[0] === at.x && meta.layout[name]?.[1] === at.y);
  return {
    town,
    layout: inSight(meta.layout as Layout, town, at.x, at.y),
    hour: town.day === null ? null : at.hour,
    agent: {
      x: at.x,
      y: at.y,
      from,
      glide,
      toward: [0, 0],
      state: end?.cause === "death" ? "dead" : "alive",
      ring: now && now.progress && here && here.ticks > 1 ? { done: now.progress, of: here.ticks } : null,
    },
    trail: Array.from({ length: Math.min(TRAIL, length) }, (_, i) => length - Math.min(TRAIL, length) + i).map((t) => ({ x: rows.x[t]!, y: rows.y[t]!, random: false })),
    heat: null,
    sight: town.sight !== null,
  };
}

/** The number of the level's action of this kind, or null. */
export const actionOf = (level: Level, kind: "interact" | "wait" | "move", dx = 0, dy = 0): number | null => {
  const found = level.actions.findIndex((action) => action.kind === kind && (kind !== "move" || (action.dx === dx && action.dy === dy)));
  return found < 0 ? null : found;
};
