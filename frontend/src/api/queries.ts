import { queryOptions } from "@tanstack/react-query";
import { ApiError, client, setCsrf, unwrap } from "./client";
import { spokenLevel, spokenLevels, spokenSettings } from "./spoken";
import { hasEnded, isActive } from "./types";
import type { Classroom, FairUse, Level, LevelSummary, Me, Run } from "./types";

/** Who is here. Also brings the token that every change must carry. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async ({ signal }): Promise<Me> => {
    const me = await unwrap(client.GET("/api/v1/me", { signal }));
    setCsrf(me.csrf);
    return me;
  },
  staleTime: 60_000,
});

/** A list up to this long is asked for every few seconds; a term's worth of runs less often. */
const OFTEN = 60;

/** The most runs that a page holds: the newest of them. Older ones are found by asking for them. */
export const MOST_RUNS = 1_000;
/** After so long the whole list is asked for again; until then, what is new and what moves. */
const WHOLE = 300_000;
let wholeAt = -Infinity;
const MOVING = "queued,training,pausing,paused,stopping";

export const runsQuery = queryOptions({
  queryKey: ["runs"],
  queryFn: async ({ client: cache, signal, queryKey }): Promise<Run[]> => {
    const before = cache.getQueryData<Run[]>(queryKey);
    if (before && performance.now() - wholeAt < WHOLE) return refreshed(before, signal);
    const { items } = await unwrap(client.GET("/api/v1/runs", { signal, params: { query: { limit: MOST_RUNS } } }));
    wholeAt = performance.now();
    return items;
  },
  refetchInterval: ({ state }) => (state.data && state.data.length <= OFTEN && state.data.some(isActive) ? 3_000 : 15_000),
});

const gone = (error: unknown): null => {
  if (error instanceof ApiError && error.status === 404) return null;
  throw error;
};

/** The list with the newest runs, and those that move, as they are now. A long list is not asked for whole every time. */
async function refreshed(before: readonly Run[], signal: AbortSignal): Promise<Run[]> {
  const page = await unwrap(client.GET("/api/v1/runs", { signal, params: { query: { limit: 200 } } }));
  const oldest = page.items.at(-1);
  if (!page.next || !oldest) return page.items;
  const older = before.filter((run) => run.created_at < oldest.created_at);
  const now = new Map<string, Run | null>();
  const moved = older.filter((run) => !hasEnded(run));
  if (moved.length > 0) {
    const moving = await unwrap(client.GET("/api/v1/runs", { signal, params: { query: { state: MOVING, limit: 200 } } }));
    for (const run of moving.items) now.set(run.id, run);
    // It has ended meanwhile, or it is gone.
    const rest = moved.filter(({ id }) => !now.has(id)).map(({ id }) => id);
    const answers = await Promise.all(rest.map((id) => unwrap(client.GET("/api/v1/runs/{id}", { signal, params: { path: { id } } })).catch(gone)));
    rest.forEach((id, i) => now.set(id, answers[i] ?? null));
  }
  const still = older.flatMap((run) => (now.has(run.id) ? (now.get(run.id) ?? []) : run));
  return [...page.items, ...still].slice(0, MOST_RUNS);
}

/** Runs of any age with these words in what is known of them. */
export const foundQuery = (words: string) =>
  queryOptions({
    queryKey: ["runs", "found", words],
    queryFn: async ({ signal }): Promise<Run[]> => (await unwrap(client.GET("/api/v1/runs", { signal, params: { query: { q: words, limit: 200 } } }))).items,
    staleTime: 15_000,
  });

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ["runs", id],
    queryFn: ({ signal }): Promise<Run> => unwrap(client.GET("/api/v1/runs/{id}", { signal, params: { path: { id } } })),
    refetchInterval: ({ state }) => (!state.data || hasEnded(state.data) ? false : isActive(state.data) ? 3_000 : 15_000),
  });

/** What one may use before one launches, the queue's wait, and the bell. */
export const fairUseQuery = queryOptions({
  queryKey: ["fair-use"],
  queryFn: ({ signal }): Promise<FairUse> => unwrap(client.GET("/api/v1/fair-use", { signal })),
  refetchInterval: 5_000,
});

export const levelsQuery = queryOptions({
  queryKey: ["levels"],
  queryFn: async ({ signal }): Promise<LevelSummary[]> => spokenLevels(await unwrap(client.GET("/api/v1/levels", { signal }))),
  staleTime: Infinity,
});

export const levelQuery = (name: string) =>
  queryOptions({
    queryKey: ["levels", name],
    // openapi-fetch widens the pair of opening hours to a list.
    queryFn: async ({ signal }) => spokenLevel((await unwrap(client.GET("/api/v1/levels/{name}", { signal, params: { path: { name } } }))) as Level),
    staleTime: Infinity,
    enabled: name !== "",
  });

export const settingsQuery = queryOptions({
  queryKey: ["settings"],
  queryFn: async ({ signal }) => spokenSettings(await unwrap(client.GET("/api/v1/settings", { signal }))),
  staleTime: Infinity,
});

export const workersQuery = queryOptions({
  queryKey: ["workers"],
  queryFn: ({ signal }) => unwrap(client.GET("/api/v1/workers", { signal })),
  refetchInterval: 5_000,
});

export const modelsQuery = (run: string) =>
  queryOptions({
    queryKey: ["runs", run, "models"],
    queryFn: async ({ signal }) => (await unwrap(client.GET("/api/v1/runs/{id}/models", { signal, params: { path: { id: run } } }))).items,
  });

export const cardQuery = (model: string) =>
  queryOptions({
    queryKey: ["models", model, "card"],
    queryFn: ({ signal }) => unwrap(client.GET("/api/v1/models/{id}/card", { signal, params: { path: { id: model } } })),
  });

/** The models one brought along; an examination takes seconds, so a pending one is asked after often. */
export const uploadsQuery = queryOptions({
  queryKey: ["models"],
  queryFn: ({ signal }) => unwrap(client.GET("/api/v1/models", { signal })),
  refetchInterval: ({ state }) => (state.data?.items.some((upload) => upload.state === "pending") ? 1_500 : false),
});

export const uploadQuery = (id: string) =>
  queryOptions({
    queryKey: ["models", id],
    queryFn: ({ signal }) => unwrap(client.GET("/api/v1/models/{id}", { signal, params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data?.state === "pending" ? 1_500 : false),
  });

export const uploadLivesQuery = (id: string) =>
  queryOptions({
    queryKey: ["models", id, "episodes"],
    queryFn: async ({ signal }) => (await unwrap(client.GET("/api/v1/models/{id}/episodes", { signal, params: { path: { id } } }))).items,
    staleTime: Infinity,
  });

export const checkpointsQuery = (run: string) =>
  queryOptions({
    queryKey: ["runs", run, "checkpoints"],
    queryFn: async ({ signal }) =>
      (await unwrap(client.GET("/api/v1/runs/{id}/checkpoints", { signal, params: { path: { id: run } } }))).items,
  });

export const classesQuery = queryOptions({
  queryKey: ["classes"],
  queryFn: async ({ signal }) => (await unwrap(client.GET("/api/v1/classes", { signal }))).items,
});

export const classQuery = (id: string) =>
  queryOptions({
    queryKey: ["classes", id],
    queryFn: ({ signal }): Promise<Classroom> => unwrap(client.GET("/api/v1/classes/{id}", { signal, params: { path: { id } } })),
    // Students come in while the instructor looks.
    refetchInterval: 5_000,
  });

/** A piece of news takes seconds to go out, so one that is on its way is asked after often. */
export const webhooksQuery = queryOptions({
  queryKey: ["webhooks"],
  queryFn: async ({ signal }) => (await unwrap(client.GET("/api/v1/webhooks", { signal }))).items,
  refetchInterval: ({ state }) => (state.data?.some((hook) => hook.last?.state === "pending") ? 2_000 : false),
});

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: async ({ signal }) => (await unwrap(client.GET("/api/v1/tokens", { signal }))).items,
});
