import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { useParams, useSearchParams } from "react-router";
import { levelQuery, runQuery } from "@/api";
import type { Level, Run } from "@/api";
import { RunBar } from "@/chrome";
import { Button, Empty, Segmented, Skeleton, useKeys, useQueryPatch, Waiting } from "@/ui";
import { tr } from "@/words";
import { Afterwards } from "./Afterwards";
import { actionOf, rivalQuery } from "./game";
import { PlayBoard } from "./PlayBoard";
import { Pad, Paired } from "./PlayPanel";
import { LARGEST_START, startOf } from "./race";
import { useGame } from "./useGame";
import type { GameState } from "./useGame";
import "./compare.css";
import "./play.css";

/** Play against it: the same start, the agent's own sight, the world's own rules; then both lives side by side. */
export function Play() {
  const { id = "" } = useParams();
  const [query] = useSearchParams();
  const start = startOf(query.get("start"));
  const run = useQuery(runQuery(id));
  const level = useQuery(levelQuery(run.data?.level ?? ""));
  const error = run.error ?? level.error;
  return (
    <>
      <title>{run.data ? `${tr("Play against {run}", { run: run.data.name })} · Hamlet` : `${tr("Play")} · Hamlet`}</title>
      <RunBar run={run.data} page="play" />
      {run.data && level.data ? (
        <Table key={`${id} ${start}`} run={run.data} level={level.data as Level} start={start} />
      ) : (
        <main id="main" tabIndex={-1} className="cmp">
          {error ? (
            <section className="card">
              <Empty level={1} title={tr("There is nobody to play against")} action={<Button kind="primary" onClick={() => void Promise.all([run.refetch(), level.refetch()])}>{tr("Try again")}</Button>}>
                {error.message}
              </Empty>
            </section>
          ) : (
            <Waiting>
              <Skeleton height={560} radius={14} />
            </Waiting>
          )}
        </main>
      )}
    </>
  );
}

const TEMPI = [
  { value: "turns", label: tr("Turn by turn"), hint: tr("nothing moves until you do") },
  { value: "clock", label: tr("4 steps a second"), hint: tr("who does nothing waits") },
] as const;
type Tempo = (typeof TEMPI)[number]["value"];
const TICK = 250;

function Table({ run, level, start }: { run: Run; level: Level; start: number }) {
  const patch = useQueryPatch();
  const state = useGame(run.id, start);
  const rival = useQuery(rivalQuery(run.id, start));
  const [tempo, setTempo] = useState<Tempo>("turns");
  const [hint, setHint] = useState(false);
  const { game, error, restart } = state;
  const act = useTempo(level, state, tempo);
  const again = () => patch({ start: String(Math.floor(Math.random() * LARGEST_START)) }, {});
  const keys = useMemo(() => keysOf(level), [level]);
  useKeys({
    ...Object.fromEntries(Object.entries(keys).map(([key, action]) => [key, (event: KeyboardEvent) => (taken(event) || !game?.now ? false : act(action))])),
    r: restart,
    n: again,
    "?": () => setHint(!hint),
  });
  if (error ?? rival.error) {
    return (
      <main id="main" tabIndex={-1} className="cmp">
        <section className="card">
          <Empty level={1} title={tr("There is nobody to play against")} action={<Button kind="primary" onClick={() => (error ? restart() : void rival.refetch())}>{tr("Try again")}</Button>}>
            {(error ?? rival.error)!.message}
          </Empty>
        </section>
      </main>
    );
  }
  const over = game !== null && game.life.end !== null;
  return (
    <main id="main" tabIndex={-1} className="cmp">
      <h1 className="sr">{tr("Play against {run}", { run: run.name })}</h1>
      <div className="play-tools">
        <Segmented label={tr("Tempo")} options={TEMPI} value={tempo} onChange={setTempo} />
        <span className="grow" />
        <Button icon="question" aria-pressed={hint} title={tr("What the mind would do here (?)")} onClick={() => setHint(!hint)}>
          {tr("Hint")}
        </Button>
        <Button icon="arrow-counter-clockwise" title={tr("The same start again (R)")} onClick={restart}>
          {tr("Restart")}
        </Button>
        <Button icon="dice-five" title={tr("Another start (N)")} onClick={again}>
          {tr("Another start")}
        </Button>
      </div>
      {game ? (
        over && rival.data ? (
          <Afterwards mine={game.life} rival={rival.data} level={level} run={run} />
        ) : (
          <div className="playing">
            <PlayBoard game={game} level={level} />
            <div className="play-side">
              <Paired game={game} rival={rival.data ?? null} level={level} name={run.name} hint={hint} />
              <Pad game={game} level={level} act={act} hint={hint} />
            </div>
          </div>
        )
      ) : (
        <Waiting>
          <Skeleton height={560} radius={14} />
        </Waiting>
      )}
    </main>
  );
}

/** What the keys do in a level: arrows move, Space uses, W waits. */
function keysOf(level: Level): Record<string, number> {
  const wanted: [string, number | null][] = [
    ["ArrowUp", actionOf(level, "move", 0, -1)],
    ["ArrowDown", actionOf(level, "move", 0, 1)],
    ["ArrowLeft", actionOf(level, "move", -1, 0)],
    ["ArrowRight", actionOf(level, "move", 1, 0)],
    [" ", actionOf(level, "interact")],
    ["w", actionOf(level, "wait")],
  ];
  return Object.fromEntries(wanted.filter((pair): pair is [string, number] => pair[1] !== null));
}

const taken = (event: KeyboardEvent) => (event.target as HTMLElement | null)?.closest?.("[role=radiogroup], input, select, dialog") || (event.key === " " && (event.target as HTMLElement | null)?.closest?.("button, a"));

/** Turn by turn an action is made at once; by the clock the newest one at the next tick, and who did nothing waits. */
function useTempo(level: Level, { act, game }: GameState, tempo: Tempo): (action: number) => void {
  const next = useRef<number | null>(null);
  const alive = game?.now != null;
  useEffect(() => {
    if (tempo !== "clock" || !alive) return;
    const timer = setInterval(() => {
      act(next.current ?? actionOf(level, "wait"));
      next.current = null;
    }, TICK);
    return () => clearInterval(timer);
  }, [tempo, alive, act, level]);
  return (action) => {
    if (tempo === "turns") act(action);
    else next.current = action;
  };
}

