import type { Level } from "@/api";
import { useQuery } from "@tanstack/react-query";
import { Button, format, Icon } from "@/ui";
import type { Life } from "@/wire";
import { inner, rich, tr } from "@/words";
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
    <section className="card deathc" aria-label={tr("Last life")} data-cause={end.cause}>
      <span className="sign">
        <Icon name={SIGN[end.cause]} weight="fill" />
      </span>
      <div>
        <b>{endTitle(level, life)}</b>
        <p>
          {tr("Episode {number} · {steps} steps", { number: format.count(life.number), steps: format.count(end.steps) })}
          {root && (
            <>
              <br />
              {end.root === end.died_of ? tr("{meter} ran out by itself", { meter: root.title }) : tr("Root: {meter} ran low first", { meter: inner(root.title) })}
            </>
          )}
        </p>
      </div>
      <Button size="sm" onClick={() => player.act((w, now) => show(w, life, now))}>
        {tr("Replay")}
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
  const onward = replay ? null : !next ? tr("Waiting for the next life") : playing ? tr("Next life in {n} s", { n: left }) : tr("Watch the next life");
  return (
    <div className="paper" role="group" aria-label={endTitle(level, life)} data-cause={end.cause}>
      <span className="sign">
        <Icon name={SIGN[end.cause]} weight="fill" />
      </span>
      <h2>{endTitle(level, life)}</h2>
      <div className="row">
        <span>
          {rich("<b>{steps}</b>steps", { steps: format.count(end.steps) })}
        </span>
        <span>
          {rich("<b>{sum}</b>return", { sum: format.fixed(end.return, end.return < 10 ? 1 : 0) })}
        </span>
        {mean !== null && (
          <span title={tr("Mean of the lives of all lanes that ended last")}>
            {rich("<b>{mean}</b>mean now", { mean: format.count(Math.round(mean)) })}
          </span>
        )}
      </div>
      {chain.length > 0 && <Chain level={level} life={life} chain={chain} />}
      {passed > 0 && (
        <p className="passed">
          {tr("{passed} life passed while you watched|{passed} lives passed while you watched", { passed: format.count(passed), n: passed })}
        </p>
      )}
      <div className="acts">
        {onward && (
          <Button kind="primary" disabled={!next} onClick={() => player.act(goLive)}>
            {onward}
          </Button>
        )}
        <Button icon="clock-counter-clockwise" onClick={() => player.act((w, at) => show(w, life, at))}>
          {replay ? tr("Replay") : tr("Replay this one")}
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
          ? tr("{meter} was under {mark} for its last {under} step.|{meter} was under {mark} for its last {under} steps.", { meter: root.title, mark: Math.round(mark * 100), under: format.count(under), n: under })
          : tr("{meter} drained it most.", { meter: root.title })}
      </p>
    </>
  );
}
