import { queryOptions } from "@tanstack/react-query";
import type { QueryClient } from "@tanstack/react-query";
import { ApiError, checkpointsQuery, client, isActive, runQuery, unwrap } from "@/api";
import type { Bookmark, Checkpoint, Clips, Evaluation, Recording, Run } from "@/api";
import { begin, decodeFrame } from "@/wire";
import type { Life, Message } from "@/wire";
import { tr } from "@/words";

export type Columns = Record<string, (number | null)[]>;

export const metricsQuery = (run: string) =>
  queryOptions({
    queryKey: ["runs", run, "metrics"],
    queryFn: async ({ signal }): Promise<Columns> =>
      (await unwrap(client.GET("/api/v1/runs/{id}/metrics", { signal, params: { path: { id: run } } }))).columns,
    staleTime: Infinity,
  });

export const evaluationsQuery = (run: string) =>
  queryOptions({
    queryKey: ["runs", run, "evaluations"],
    queryFn: async ({ signal }): Promise<Evaluation[]> =>
      (await unwrap(client.GET("/api/v1/runs/{id}/evaluations", { signal, params: { path: { id: run } } }))).items,
    staleTime: Infinity,
  });

export const recordingsQuery = (run: string) =>
  queryOptions({
    queryKey: ["runs", run, "episodes"],
    queryFn: async ({ signal }): Promise<Recording[]> =>
      (await unwrap(client.GET("/api/v1/runs/{id}/episodes", { signal, params: { path: { id: run } } }))).items,
    staleTime: Infinity,
  });

/** A recorded life, whole: the same frame as on the air, fetched. */
export const recordingQuery = (run: string, episode: number) =>
  queryOptions({
    queryKey: ["runs", run, "episodes", episode],
    queryFn: async ({ signal }): Promise<Life> => {
      const answer = await fetch(`/api/v1/runs/${run}/episodes/${episode}`, { signal });
      if (!answer.ok) throw new ApiError(answer.status, tr("Error {status}", { status: answer.status }), tr("Life {episode} could not be fetched.", { episode }));
      return begin(decodeFrame(await answer.arrayBuffer()));
    },
    staleTime: Infinity,
    gcTime: 60_000,
  });

export const bookmarksQuery = (run: string) =>
  queryOptions({
    queryKey: ["runs", run, "bookmarks"],
    queryFn: async ({ signal }): Promise<Bookmark[]> =>
      (await unwrap(client.GET("/api/v1/runs/{id}/bookmarks", { signal, params: { path: { id: run } } }))).items,
    refetchInterval: 30_000,
  });

const WHILE_MADE = 1_000;

/** The films of a recorded life; asked for again while one is being made. */
export const clipsQuery = (run: string, episode: number) =>
  queryOptions({
    queryKey: ["runs", run, "episodes", episode, "clips"],
    queryFn: ({ signal }): Promise<Clips> => unwrap(client.GET("/api/v1/runs/{id}/episodes/{number}/clips", { signal, params: { path: { id: run, number: String(episode) } } })),
    refetchInterval: ({ state }) => (state.data?.items.some((clip) => clip.state === "pending") ? WHILE_MADE : false),
  });

const AFRESH = 10_000;

/** Off the air nobody tells of what a run keeps: it is asked for again while the run goes on, and once after its end. */
export const offAir = (run: Run | undefined) => ({
  refetchInterval: ({ state }: { state: { dataUpdatedAt: number } }) =>
    run && (isActive(run) || state.dataUpdatedAt < Date.parse(run.finished_at ?? "")) ? AFRESH : (false as const),
});

/** The recording a run that is over shows first: the one kept as its best, the longest. */
export function bestOf(recordings: readonly Recording[]): Recording | null {
  const best = recordings.filter(({ reasons }) => reasons.includes("best"));
  return (best.length ? best : recordings).reduce<Recording | null>((most, one) => (!most || one.steps > most.steps ? one : most), null);
}

/** Rows that a page holds, more than the server gives (2,000) and its chart has pixels for. Beyond, of the older ones every second goes. */
const MOST_ROWS = 3_000;
const WHOLE = 1_000;

/** The rows known so far with the new ones; a row told twice (after a reconnection) counts once. */
export function withRows(columns: Columns | undefined, news: Columns): Columns | undefined {
  if (!columns) return columns;
  const last = columns["steps"]?.at(-1) ?? -1;
  const from = (news["steps"] ?? []).findIndex((steps) => steps !== null && steps > last);
  if (from < 0) return columns;
  const names = new Set([...Object.keys(columns), ...Object.keys(news)]);
  const rows = columns["steps"]?.length ?? 0;
  const added = news["steps"]!.length - from;
  const older = rows + added > MOST_ROWS ? rows + added - WHOLE : 0;
  return Object.fromEntries(
    Array.from(names, (name) => {
      const before = columns[name] ?? Array<null>(rows).fill(null);
      const all = [...before, ...(news[name]?.slice(from) ?? Array<null>(added).fill(null))];
      return [name, older ? all.filter((_, i) => i >= older || i % 2 === 0) : all];
    }),
  );
}

/** Puts what the socket tells where the page looks for it. The cache is the same that HTTP fills. */
export function keepNews(cache: QueryClient, run: string, message: Message): void {
  switch (message.type) {
    case "hello":
    case "run":
      cache.setQueryData(runQuery(run).queryKey, message.run as unknown as Run);
      break;
    case "viewers":
      cache.setQueryData(runQuery(run).queryKey, (known) => known && { ...known, viewers: message.count });
      break;
    case "metrics":
      cache.setQueryData(metricsQuery(run).queryKey, (known) => withRows(known, message.columns));
      break;
    case "evaluation": {
      const news = message.evaluation as unknown as Evaluation;
      cache.setQueryData(evaluationsQuery(run).queryKey, (known) => known && [...known.filter(({ steps }) => steps !== news.steps), news]);
      break;
    }
    case "checkpoint": {
      const news = message.checkpoint as unknown as Checkpoint;
      cache.setQueryData(checkpointsQuery(run).queryKey, (known) => known && [news, ...known.filter(({ id }) => id !== news.id)]);
      break;
    }
    case "recorded": {
      const news = message.episode as unknown as Recording;
      cache.setQueryData(recordingsQuery(run).queryKey, (known) => known && [...known.filter(({ episode }) => episode !== news.episode), news]);
      break;
    }
  }
}

/** After a gap in the news HTTP tells what was missed. */
export function refetchAll(cache: QueryClient, run: string): void {
  for (const query of [runQuery(run), metricsQuery(run), evaluationsQuery(run), recordingsQuery(run), checkpointsQuery(run)]) {
    void cache.invalidateQueries({ queryKey: query.queryKey, exact: true });
  }
}
