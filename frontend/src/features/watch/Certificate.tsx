import type { Level } from "@/api";
import { useQuery } from "@tanstack/react-query";
import { Button, format, Icon } from "@/ui";
import type { Life } from "@/wire";
import { chainOf, endTitle, LACKING, SIGN, stepsUnder } from "./causes";
import { hueOf, markOf } from "./level";
import type { Player } from "./player";
import { metricsQuery } from "./queries";
import { goLive, holdOf, isOver, nextUp, show } from "./store";
import { useNow, useWatch } from "./usePlayer";

/** The last life that ended before this viewer's eyes, and what it died of. */
export function LastLife({ level, player }: { level: Level; player: Player }) {
  const life = useWatch(player, (w) => w.shelf.at(-1));
  if (!life?.end) return null;
  const { end } = life;
  const root = level.meters.find(({ name }) => name === end.root);
  return (
    <section className="card deathc" aria-label="Last life" data-cause={end.cause}>
      <span className="sign">
        <Icon name={SIGN[end.cause]} weight="fill" />
      </span>
      <div>
        <b>{endTitle(level, life)}</b>
        <p>
          Episode {format.count(life.number)} · {format.count(end.steps)} steps
          {root && (
            <>
              <br />
              {end.root === end.died_of ? `${root.title} ran out by itself` : `Root: ${root.title.toLowerCase()} ran low first`}
            </>
          )}
        </p>
      </div>
      <Button size="sm" onClick={() => player.act((w, now) => show(w, life, now))}>
        Replay
      </Button>
    </section>
  );
}

/** The large certificate over the board, while a finished life stays on stage. */
export function Certificate({ level, player, run }: { level: Level; player: Player; run: string }) {
  const life = useWatch(player, (w) => (isOver(w) ? w.stage : null));
  return life?.end ? <Paper key={life.number} level={level} life={life} player={player} run={run} /> : null;
}

function Paper({ level, life, player, run }: { level: Level; life: Life; player: Player; run: string }) {
  const metrics = useQuery(metricsQuery(run)).data;
  const watch = useWatch(player, (w) => w);
  const { since, speed, replay, playing } = watch;
  const next = nextUp(watch);
  const now = useNow(200, true);
  const end = life.end!;
  const chain = chainOf(level, life);
  const left = Math.max(0, Math.ceil((holdOf(speed) - (now - since)) / 1_000));
  const mean = metrics?.["survival_mean"]?.findLast((value) => value !== null) ?? null;
  const passed = next ? next.number - life.number - 1 : 0;
  const onward = replay ? null : !next ? "Waiting for the next life" : playing ? `Next life in ${left} s` : "Watch the next life";
  return (
    <div className="paper" role="group" aria-label={endTitle(level, life)} data-cause={end.cause}>
      <span className="sign">
        <Icon name={SIGN[end.cause]} weight="fill" />
      </span>
      <h2>{endTitle(level, life)}</h2>
      <div className="row">
        <span>
          <b>{format.count(end.steps)}</b>steps
        </span>
        <span>
          <b>{end.return.toFixed(end.return < 10 ? 1 : 0)}</b>return
        </span>
        {mean !== null && (
          <span title="Mean of the lives of all lanes that ended last">
            <b>{format.count(Math.round(mean))}</b>mean now
          </span>
        )}
      </div>
      {chain.length > 0 && <Chain level={level} life={life} chain={chain} />}
      {passed > 0 && (
        <p className="passed">
          {format.count(passed)} {passed === 1 ? "life" : "lives"} passed while you watched
        </p>
      )}
      <div className="acts">
        {onward && (
          <Button kind="primary" disabled={!next} onClick={() => player.act(goLive)}>
            {onward}
          </Button>
        )}
        <Button icon="clock-counter-clockwise" onClick={() => player.act((w, at) => show(w, life, at))}>
          Replay{replay ? "" : " this one"}
        </Button>
      </div>
    </div>
  );
}

/** From the root to the meter that ran out. */
function Chain({ level, life, chain }: { level: Level; life: Life; chain: string[] }) {
  const meters = chain.flatMap((name) => level.meters.filter((meter) => meter.name === name));
  const root = meters[0];
  if (!root) return null;
  const mark = markOf(level, root) ?? LACKING;
  const under = stepsUnder(life, level.meters.indexOf(root), mark);
  return (
    <>
      <div className="chain">
        {meters.map((meter, i) => (
          <span key={meter.name} style={{ ["--c" as string]: hueOf(meter) }}>
            {i > 0 && <Icon name="arrow-right" weight="bold" className="ar" />}
            <span className="o">
              <Icon name={meter.icon} weight="fill" />
            </span>
            <span>{meter.title}</span>
          </span>
        ))}
      </div>
      <p>
        {under > 0
          ? `${root.title} was under ${Math.round(mark * 100)} for its last ${format.count(under)} ${under === 1 ? "step" : "steps"}.`
          : `${root.title} drained it most.`}
      </p>
    </>
  );
}
