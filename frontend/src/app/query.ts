import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import type { QueryKey } from "@tanstack/react-query";
import { ApiError, levelQuery, meQuery } from "@/api";
import type { Level } from "@/api";
import { learnIcons } from "@/ui";

/** The cache of what the server said. An answer of 401 to anything means that the session is over: ask again who is here. */
export function makeQueryClient(): QueryClient {
  const ended = (error: unknown) => {
    if (error instanceof ApiError && error.status === 401) void client.invalidateQueries({ queryKey: meQuery.queryKey });
  };
  // Before any page has seen the level: what an icon looks like is asked for as it is drawn.
  const heard = (answer: unknown, { queryKey: [kind, name] }: { queryKey: QueryKey }) => {
    if (kind === levelQuery("").queryKey[0] && name !== undefined) learnIcons(answer as Level);
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: ended, onSuccess: heard }),
    mutationCache: new MutationCache({ onError: ended }),
    defaultOptions: {
      queries: {
        // A refusal stays a refusal; only silence and the server's own faults are worth another try.
        retry: (tries, error) => tries < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
        retryDelay: (tries) => Math.min(500 * 2 ** tries, 8_000),
        staleTime: 1_000,
      },
    },
  });
  return client;
}
