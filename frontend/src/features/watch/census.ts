/** What all lanes of a run have done so far, as its newest checkpoint has counted it, made ready for the panels. */
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { checkpointsQuery, client, unwrap } from "@/api";
import type { components } from "@/api/schema";
import type { Level, Run } from "@/api";
import { darkness } from "@/board/town";
import { tr } from "@/words";
import { offAir } from "./queries";

export type Census = components["schemas"]["CensusOut"];

const censusQuery = (run: string, checkpoint: string) =>
  queryOptions({
    queryKey: ["runs", run, "census", checkpoint],
    queryFn: ({ signal }): Promise<Census> =>
      unwrap(client.GET("/api/v1/runs/{id}/census", { signal, params: { path: { id: run }, query: { checkpoint } } })),
    staleTime: Infinity,
    gcTime: 60_000,
    enabled: checkpoint !== "",
    placeholderData: keepPreviousData,
  });

export interface Counted {
  census: Census | null;
  /** why there is none, for a person; null while it is being fetched */
  none: string | null;
}

/** The newest count of a run. onAir: the socket tells of new checkpoints. */
export function useCensus(run: Run, onAir: boolean): Counted {
  const list = useQuery({ ...checkpointsQuery(run.id), ...offAir(onAir ? undefined : run) });
  const newest = list.data?.reduce((late, one) => (one.steps > late.steps ? one : late), list.data[0]!);
  const census = useQuery(censusQuery(run.id, newest?.id ?? ""));
  const error = list.error ?? (census.data ? null : census.error);
  const empty = list.data?.length === 0 ? (onAir ? tr("Counted with the first checkpoint, some seconds after training begins.") : tr("This run has kept no checkpoint, so nothing was counted.")) : null;
  return { census: census.data ?? null, none: error?.message ?? empty };
}

export type Part = "all" | "day" | "night";

export interface Habits {
  /** places by number of uses, most first */
  places: { name: string; uses: number }[];
  /** uses of another place next, in one life, most first */
  follows: { from: string; to: string; count: number }[];
}

/** What follows what, over the whole day or the dark or light part of it. A use of several ticks follows itself: left out. */
export function habitsOf(census: Pick<Census, "uses" | "transitions" | "by_hour">, part: Part, day: number): Habits {
  const hours = census.by_hour;
  const within = (hour: number) => part === "all" || darkness(hour, day) >= 0.5 === (part === "night");
  const uses = new Map<string, number>();
  const follows = new Map<string, number>();
  const add = (sums: Map<string, number>, key: string, count: number) => sums.set(key, (sums.get(key) ?? 0) + count);
  const chains = (pairs: Census["transitions"]) => {
    for (const [from, next] of Object.entries(pairs)) for (const [to, count] of Object.entries(next)) if (from !== to) add(follows, `${from}\n${to}`, count);
  };
  if (part === "all" || !hours) {
    for (const [name, count] of Object.entries(census.uses)) add(uses, name, count);
    chains(census.transitions);
  } else {
    for (const [name, counts] of Object.entries(hours.uses)) counts.forEach((count, hour) => within(hour) && add(uses, name, count));
    hours.transitions.forEach((pairs, hour) => within(hour) && chains(pairs));
  }
  const most = <T extends { count: number }>(items: T[]) => items.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  return {
    places: most([...uses].map(([name, count]) => ({ name, count }))).map(({ name, count }) => ({ name, uses: count })),
    follows: most(
      [...follows].map(([key, count]) => {
        const [from, to] = key.split("\n") as [string, string];
        return { from, to, count };
      }),
    ),
  };
}

/** Deaths by meter, most first; a meter that the level does not have is left out. */
export function shares(level: Level, counts: Readonly<Record<string, number>>): { meter: Level["meters"][number]; count: number }[] {
  return level.meters
    .map((meter) => ({ meter, count: counts[meter.name] ?? 0 }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
}
