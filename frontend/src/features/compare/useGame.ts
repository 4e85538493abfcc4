import { useCallback, useEffect, useRef, useState } from "react";
import { toast } from "@/ui";
import { played } from "./game";
import type { Game } from "./game";

export interface GameState {
  game: Game | null;
  error: Error | null;
  /** does nothing while the step before is on its way, where it is not allowed, and once the life is over */
  act: (action: number | null) => void;
  restart: () => void;
}

/** A person's life from a start; begins at once. */
export function useGame(run: string, start: number): GameState {
  const [game, setGame] = useState<Game | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const state = useRef<{ game: Game | null; busy: boolean; life: number }>({ game: null, busy: false, life: 0 });

  const take = useCallback(
    (before: Game | null, action?: number) => {
      const own = state.current;
      const { life } = own;
      own.busy = true;
      played(run, start, before, action)
        .then((after) => {
          if (own.life !== life) return;
          own.game = after;
          setGame(after);
          setError(null);
        })
        .catch((problem: Error) => {
          if (own.life !== life) return;
          if (before) toast(problem.message);
          else setError(problem);
        })
        .finally(() => {
          if (own.life === life) own.busy = false;
        });
    },
    [run, start],
  );
  const restart = useCallback(() => {
    state.current.life += 1;
    state.current.game = null;
    setGame(null);
    setError(null);
    take(null);
  }, [take]);
  useEffect(() => {
    const own = state.current;
    own.life += 1;
    own.game = null;
    take(null);
    return () => {
      own.life += 1;
    };
  }, [take]);
  const act = useCallback(
    (action: number | null) => {
      const { game: before, busy } = state.current;
      if (action !== null && before?.now?.mask[action] && !busy) take(before, action);
    },
    [take],
  );
  // The life before belongs to another start until the new one has begun.
  return { game, error, act, restart };
}
