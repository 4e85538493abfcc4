import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { createStore, useStore } from "zustand";
import { ApiError, checkpointsQuery } from "@/api";
import type { Checkpoint, Level, Run } from "@/api";
import type { PolicyCell } from "@/board";
import { everywhere, policyOf, Session, situationOf, startThinker } from "@/mind";
import { momentOf } from "@/wire";
import { tr } from "@/words";
import type { Player } from "./player";
import { offAir } from "./queries";

/** The weights of a checkpoint; they never change. */
const weightsQuery = (run: string, checkpoint: string) =>
  queryOptions({
    queryKey: ["runs", run, "mind", checkpoint],
    queryFn: async ({ signal }): Promise<ArrayBuffer> => {
      const answer = await fetch(`/api/v1/runs/${run}/mind?checkpoint=${checkpoint}`, { signal });
      if (!answer.ok) throw new ApiError(answer.status, tr("Error {status}", { status: answer.status }), tr("This mind could not be fetched."));
      return answer.arrayBuffer();
    },
    staleTime: Infinity,
    gcTime: 60_000,
    enabled: checkpoint !== "",
  });

/** A mind that has been taken up and can be asked. */
export interface Taken {
  session: Session;
  checkpoint: Checkpoint;
  remembers: boolean;
  /** whether it still is the one that its session asks */
  current: () => boolean;
}

export interface MindState {
  /** checkpoints there are, oldest first */
  checkpoints: readonly Checkpoint[];
  /** whether the list of them has come */
  known: boolean;
  /** the one looked at, and whether it follows the newest */
  chosen: Checkpoint | null;
  newest: boolean;
  taken: Taken | null;
  /** why there is none, for a person */
  problem: string | null;
}

/** The checkpoint of the most steps up to `steps`, the oldest if none has so few; null = the newest. */
export function checkpointAt(sorted: readonly Checkpoint[], steps: number | null): Checkpoint | null {
  if (steps === null) return sorted.at(-1) ?? null;
  return sorted.findLast((one) => one.steps <= steps) ?? sorted[0] ?? null;
}

interface Asked {
  run: Run;
  level: Level;
  /** null follows the newest */
  steps: number | null;
  on: boolean;
  /** the socket tells of new checkpoints */
  onAir: boolean;
}

/** The run's mind at a checkpoint, taken up while `on`. */
export function useMind({ run, level, steps, on, onAir }: Asked): MindState {
  const list = useQuery({ ...checkpointsQuery(run.id), enabled: on, ...offAir(onAir ? undefined : run) });
  const checkpoints = useMemo(() => [...(list.data ?? [])].sort((a, b) => a.steps - b.steps), [list.data]);
  const chosen = checkpointAt(checkpoints, steps);
  const weights = useQuery({ ...weightsQuery(run.id, chosen?.id ?? ""), enabled: on && chosen !== null, placeholderData: keepPreviousData });
  const fetched = weights.isPlaceholderData ? undefined : weights.data;
  const [taken, setTaken] = useState<Taken | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const session = useRef<Session | null>(null);

  useEffect(() => {
    if (!on) return;
    const { thinker, end } = startThinker();
    session.current = new Session(thinker, level);
    return () => {
      session.current = null;
      end();
    };
  }, [on, level]);

  useEffect(() => {
    const asked = session.current;
    if (!on || !asked || !fetched || !chosen) return;
    const load = asked.loads + 1;
    const current = () => asked.loads === load;
    asked
      .load(fetched.slice(0))
      .then(({ remembers }) => {
        if (!current() || session.current !== asked) return;
        setTaken({ session: asked, checkpoint: chosen, remembers, current });
      })
      .catch((error: Error) => current() && session.current === asked && setRefused(error.message));
    return () => {
      setTaken(null);
      setRefused(null);
    };
  }, [on, level, fetched, chosen]);

  const problem = refused ?? list.error?.message ?? weights.error?.message ?? null;
  return { checkpoints, known: list.data !== undefined, chosen, newest: steps === null, taken, problem };
}

/** The policy map on stage. */
export interface PolicyMap {
  cells: readonly (PolicyCell | null)[];
  checkpoint: Checkpoint;
  remembers: boolean;
  /** from the question to the answer, ms */
  took: number;
}

/** What came of asking the mind last. */
export interface Thought {
  map: PolicyMap | null;
  /** why it has no answer, for a person */
  problem: string | null;
}
const NOTHING: Thought = { map: null, problem: null };

export type PolicyStore = ReturnType<typeof createPolicyStore>;
const createPolicyStore = () => createStore<Thought>(() => NOTHING);

/** Keeps the policy map of the moment on stage; what comes while the mind thinks waits, the newest alone. */
export function usePolicy(level: Level, player: Player, taken: Taken | null, on: boolean): PolicyStore {
  const [store] = useState(createPolicyStore);
  useEffect(() => {
    if (!on || !taken) return;
    let gone = false;
    let asked = "";
    let busy = false;
    const think = async () => {
      const { stage: life, t } = player.state();
      const key = life ? `${life.number} ${t}` : "";
      if (busy || gone || !life || key === asked || !taken.current()) return;
      busy = true;
      asked = key;
      const began = performance.now();
      const situations = everywhere(level, situationOf(momentOf(life, t)));
      try {
        const answers = await taken.session.ask({ life, moments: t, situations });
        if (gone || !taken.current()) return;
        const cells = policyOf(level, life.meta.layout, situations, answers);
        store.setState({ map: { cells, checkpoint: taken.checkpoint, remembers: taken.remembers, took: performance.now() - began }, problem: null });
        player.redraw();
      } catch (error) {
        if (gone) return;
        store.setState({ map: null, problem: error instanceof Error ? error.message : String(error) });
        player.redraw();
      } finally {
        busy = false;
      }
      void think();
    };
    void think();
    const unsubscribe = player.view.subscribe(() => void think());
    return () => {
      gone = true;
      unsubscribe();
      store.setState(NOTHING);
      player.redraw();
    };
  }, [level, player, taken, on, store]);
  return store;
}

export const useThought = (store: PolicyStore): Thought => useStore(store);
