import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { checkpointsQuery, levelQuery, runQuery, runsQuery } from "@/api";
import type { Checkpoint, Level, Run } from "@/api";
import { Board } from "@/board";
import type { SceneSource } from "@/board";
import { createPlayer, Lifeline, offAir, playKeys, Speeds, Transport, useAddress, useMedia, useWatch } from "@/features/watch/parts";
import type { Player } from "@/features/watch/parts";
import { townOf } from "@/level";
import { paths } from "@/paths";
import { Button, Empty, format, Skeleton, useKeys, useQueryPatch, Waiting } from "@/ui";
import { lastMoment, pageNow } from "@/wire";
import type { Life } from "@/wire";
import { rich, tr } from "@/words";
import { Ghosts } from "./Ghosts";
import { hueAt } from "./look";
import { LARGEST_START, longestOf, named, raceQuery, raceScene, startOf } from "./race";
import "./race.css";

/** The ghost race: what training changed, seen in one town. Checkpoints of a run live from the same start, side by side. */
export function Race() {
  const [query] = useSearchParams();
  const patch = useQueryPatch();
  const id = query.get("race") ?? "";
  const start = startOf(query.get("start"));
  const run = useQuery({ ...runQuery(id), enabled: id !== "" });
  const level = useQuery(levelQuery(run.data?.level ?? ""));
  const checkpoints = useQuery({ ...checkpointsQuery(id), enabled: id !== "", ...offAir(run.data) });
  const ghosts = useMemo(() => named(query.get("ghosts"), checkpoints.data ?? []), [query, checkpoints.data]);
  const race = useQuery(raceQuery(id, ghosts.map((one) => one.id), start));
  const [player] = useState(createPlayer);
  useEffect(() => player.run(), [player]);
  const lives = race.data;
  useAddress(player, lives ? longestOf(lives) : null, () => 0);
  const again = () => patch({ start: String(Math.floor(Math.random() * LARGEST_START)), t: null }, {});
  useKeys({ ...playKeys(player), n: again });
  const error = run.error ?? level.error ?? checkpoints.error ?? race.error;
  const retry = () => void Promise.all([run, level, checkpoints, race].filter((one) => one.error).map((one) => one.refetch()));

  return (
    <main id="main" tabIndex={-1} className="cmp">
      <h1 className="sr">{tr("Ghost race")}</h1>
      <Choices run={run.data} id={id} start={start} onRun={(to) => patch({ race: to, ghosts: null, t: null }, {})} onStart={(to) => patch({ start: String(to), t: null }, {})} again={again} />
      {!id ? (
        <section className="card">
          <Empty title={tr("Choose a run")}>{tr("Up to five of its checkpoints then live from the same start, each on its own, and you see what training changed.")}</Empty>
        </section>
      ) : error ? (
        <section className="card">
          <Empty title={tr("This race could not be run")} action={<Button kind="primary" onClick={retry}>{tr("Try again")}</Button>}>
            {error.message}
          </Empty>
        </section>
      ) : checkpoints.data && !ghosts.length ? (
        <section className="card">
          <Empty title={tr("No checkpoint yet")} action={<Link className="btn" to={paths.watch(id)}>{tr("Watch")}</Link>}>
            {tr("The first one is written some seconds after training begins.")}
          </Empty>
        </section>
      ) : lives && level.data ? (
        <Raced lives={lives} ghosts={ghosts} checkpoints={checkpoints.data ?? []} level={level.data as Level} player={player} onGhosts={(ids) => patch({ ghosts: ids.join(","), t: null }, {})} />
      ) : (
        <Waiting>
          <Skeleton height={560} radius={14} />
        </Waiting>
      )}
    </main>
  );
}

interface ChoicesProps {
  run: Run | undefined;
  id: string;
  start: number;
  onRun: (id: string) => void;
  onStart: (start: number) => void;
  again: () => void;
}

function Choices({ run, id, start, onRun, onStart, again }: ChoicesProps) {
  const runs = useQuery(runsQuery).data ?? [];
  return (
    <div className="chosen">
      <label className="race-run">
        <span className="sr">{tr("Run")}</span>
        <select className="btn select" value={id} onChange={(event) => onRun(event.target.value)}>
          {!id && <option value="">{tr("Choose a run")}</option>}
          {id && !runs.some((one) => one.id === id) && <option value={id}>{run?.name ?? "…"}</option>}
          {runs.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      </label>
      <label className="race-start">
        {tr("Start")}
        <input
          key={start}
          type="number"
          min={0}
          max={LARGEST_START}
          defaultValue={start}
          onBlur={(event) => event.target.validity.valid && event.target.value !== "" && Number(event.target.value) !== start && onStart(Number(event.target.value))}
          onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
        />
      </label>
      <Button icon="dice-five" title={tr("Another start (N)")} onClick={again}>
        {tr("Another start")}
      </Button>
      {id && (
        <Link className="btn" to={paths.play(id, start)}>
          {tr("Play from here")}
        </Link>
      )}
    </div>
  );
}

interface RacedProps {
  lives: readonly Life[];
  ghosts: readonly Checkpoint[];
  checkpoints: readonly Checkpoint[];
  level: Level;
  player: Player;
  onGhosts: (ids: string[]) => void;
}

function Raced({ lives, ghosts, checkpoints, level, player, onGhosts }: RacedProps) {
  const town = useMemo(() => townOf(level), [level]);
  const still = useMedia("(prefers-reduced-motion: reduce)");
  const small = useMedia("(max-width: 640px)");
  const calm = useRef(still);
  useEffect(() => {
    calm.current = still;
    player.redraw();
  }, [still, player, lives]);
  const source = useMemo(
    (): SceneSource => ({ subscribe: player.onDraw, scene: () => raceScene(player.state(), lives, level, town, pageNow(), calm.current) }),
    [player, lives, level, town],
  );
  const t = useWatch(player, (w) => w.t);
  const alive = lives.filter((life) => t < lastMoment(life) || life.end?.cause === "retired").length;
  const span = lastMoment(longestOf(lives)!) + 4;
  return (
    <>
      <div className="race">
        <section className="card race-board" aria-label={tr("World")} style={{ ["--ratio" as string]: `${level.width} / ${level.height}` }}>
          <Board town={town} source={source} label={tr("Step {step}: {alive} of {lives} alive.", { step: t, alive, lives: lives.length })} labels={small ? "none" : undefined} coords={!small} />
        </section>
        <Ghosts lives={lives} ghosts={ghosts} checkpoints={checkpoints} level={level} t={t} onGhosts={onGhosts} />
      </div>
      <section className="card lines" aria-label={tr("Timeline")}>
        <div className="hands">
          <div className="r">
            <Transport player={player} />
          </div>
          <Speeds player={player} />
          <span className="num">
            {rich("step <b>{step}</b>", { step: format.count(t) })}
          </span>
        </div>
        <div className="pair">
          {lives.map((life, i) => (
            <div className="one" key={i}>
              <span className="tag" aria-hidden="true" style={{ background: hueAt(i) }}>
                {i + 1}
              </span>
              <Lifeline level={level} player={player} beside={life} span={span} small label={tr("Step of ghost {n}", { n: i + 1 })} />
            </div>
          ))}
        </div>
      </section>
    </>
  );
}
