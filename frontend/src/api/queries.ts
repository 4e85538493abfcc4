import { queryOptions } from "@tanstack/react-query";
import { client, setCsrf, unwrap } from "./client";
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

export const runsQuery = queryOptions({
  queryKey: ["runs"],
  queryFn: async ({ signal }): Promise<Run[]> => {
    const runs: Run[] = [];
    let cursor: string | undefined;
    do {
      const page = await unwrap(client.GET("/api/v1/runs", { signal, params: { query: { limit: 200, cursor } } }));
      runs.push(...page.items);
      cursor = page.next ?? undefined;
    } while (cursor);
    return runs;
  },
  refetchInterval: ({ state }) => (state.data && state.data.length <= OFTEN && state.data.some(isActive) ? 3_000 : 15_000),
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
