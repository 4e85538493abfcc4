import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { checkpointsQuery, workersQuery } from "@/api";
import type { Level, Recording, Run } from "@/api";
import { ResumeButton } from "@/chrome";
import { paths } from "@/paths";
import { Button, Empty, format, Icon, Pawn, Skeleton, Strip, Waiting as Late } from "@/ui";
import { heard, tr } from "@/words";
import { useLostFor } from "./Badge";
import type { Player } from "./player";
import { useWatch } from "./usePlayer";

/** Grey in the final geometry; nothing at all for the first 300 ms. */
export function Connecting() {
  return (
    <Late>
      <div className="bones">
        <div className="left">
          <Skeleton height={490} radius={14} />
          <Skeleton height="100%" radius={14} />
        </div>
        <Skeleton height="100%" radius={14} />
        <div className="right">
          <Skeleton height={338} radius={14} />
          <Skeleton height="100%" radius={14} />
        </div>
        <span className="dockbone">
          <Skeleton height={128} radius={14} />
        </span>
      </div>
    </Late>
  );
}

/** What lies under the stage, on its way. */
export function BelowBones() {
  return (
    <div className="belows">
      <Skeleton height={250} radius={14} />
      <Skeleton height={250} radius={14} />
      <Skeleton height={250} radius={14} />
    </div>
  );
}

/** A strip over the board: what has happened to the run or the line, and the next press. */
export function Notice({ run, player, retry, best }: { run: Run; player: Player; retry: () => void; best: Recording | null }) {
  const lost = useLostFor(player);
  const model = run.model && (
    <Link className="btn sm primary" to={paths.model(run.id)}>
      <Icon name="cube" />
      {tr("Model")}
    </Link>
  );
  const shown = useWatch(player, (w) => w.stage?.number);
  const playing = best && best.episode === shown && <span className="hide-s"> {tr("Playing its best recorded life.")}</span>;
  if (run.state === "finished") {
    return (
      <Strip kind="good" action={model}>
        {tr("Finished after {episodes} lives.", { episodes: format.count(run.episodes) })}
        {playing}
      </Strip>
    );
  }
  if (run.state === "stopped") {
    return (
      <Strip kind="warn" icon="stop-circle" action={model}>
        {tr("Stopped after {episodes} lives.", { episodes: format.count(run.episodes) })}
        {playing}
      </Strip>
    );
  }
  if (run.state === "failed") {
    return (
      <Strip kind="bad" action={model}>
        {tr("Training failed after {episodes} lives.", { episodes: format.count(run.episodes) })} {heard(run.message)}
      </Strip>
    );
  }
  if (lost !== null) {
    return (
      <Strip
        kind="warn"
        icon="wifi-slash"
        action={
          <Button size="sm" onClick={retry}>
            {tr("Retry")}
          </Button>
        }
      >
        {lost > 0 ? tr("Connection lost {n} s ago. Trying again.", { n: lost }) : tr("Connection lost. Trying again.")}
      </Strip>
    );
  }
  if (run.state === "pausing") {
    return (
      <Strip kind="warn" icon="pause" action={<ResumeButton run={run} size="sm" />}>
        {tr("The training pauses as soon as its worker has saved it.")}
      </Strip>
    );
  }
  if (run.state === "paused") {
    return (
      <Strip kind="warn" icon="pause" action={<ResumeButton run={run} size="sm" />}>
        {pausedText(run)} {run.message && heard(run.message)}
      </Strip>
    );
  }
  if (run.state === "stopping") {
    return (
      <Strip kind="warn" icon="stop-circle">
        {tr("Stopping. The model is being kept.")}
      </Strip>
    );
  }
  return null;
}

const pausedText = ({ paused_by, paused_at }: Run): string => {
  const time = format.moment(paused_at ?? "");
  return paused_by ? tr("Training paused by {name}, {time}.", { name: paused_by, time }) : tr("Training paused, {time}.", { time });
};

/** Before the first life: in the queue, paused, or while the worker sets up. */
export function Waiting({ run, stop, notice }: { run: Run; stop: (() => void) | null; notice: React.ReactNode }) {
  const workers = useQuery(workersQuery).data;
  if (run.state === "paused") {
    return (
      <section className="card solo">
        {notice}
        <Empty level={1} title={tr("Training paused")} picture={<Pawn size={64} faint />} action={stop && <Button onClick={stop}>{tr("Stop")}</Button>}>
          {tr("It has no life on the air. It takes no worker and no turn until it is resumed.")}
        </Empty>
      </section>
    );
  }
  if (run.state !== "queued") {
    return (
      <section className="card solo">
        {notice}
        <Empty level={1} title={run.state === "stopping" ? tr("Stopping") : tr("Warming up")} picture={<Pawn size={64} />}>
          {run.state === "stopping" ? tr("The run ends as soon as its worker has seen it.") : tr("A worker has the run. The first life begins in a moment.")}
        </Empty>
      </section>
    );
  }
  const ahead = Math.max(0, (run.place ?? 1) - 1);
  return (
    <section className="card solo">
      {notice}
      <Empty
        level={1}
        title={run.steps > 0 ? tr("Waiting for its next turn") : run.place ? tr("{place} in line", { place: format.ordinal(run.place) }) : tr("In the queue")}
        picture={<Line ahead={ahead} busy={workers ? workers.total - workers.free : 0} />}
        action={stop && <Button onClick={stop}>{run.steps > 0 ? tr("Stop") : tr("Leave the queue")}</Button>}
      >
        {whoIsBusy(workers)}
        {run.wait !== null && run.wait >= 1 && ` ${tr("Its turn comes in about {wait}.", { wait: format.duration(run.wait) })}`}
      </Empty>
    </section>
  );
}

function whoIsBusy(workers: { free: number; total: number } | undefined): string {
  if (!workers) return tr("A worker takes it as soon as one is free.");
  if (workers.total === 0) return tr("No worker is running. Training begins when one starts.");
  if (workers.free > 0) return tr("A worker is free and takes it in a moment.");
  return workers.total === 1 ? tr("The worker is busy. Runs take turns on it.") : tr("All {n} workers are busy. They take turns.", { n: workers.total });
}

const SHOWN = 4;
const RUNS = ["var(--run-1)", "var(--run-2)", "var(--run-3)", "var(--run-4)"];

/** Those being trained, then the line up to this run. */
function Line({ ahead, busy }: { ahead: number; busy: number }) {
  return (
    <div className="line" aria-hidden="true">
      {RUNS.slice(0, Math.min(busy, SHOWN)).map((color) => (
        <Pawn key={color} body={color} ring={color} />
      ))}
      {busy > 0 && <span />}
      {Array.from({ length: Math.min(ahead, SHOWN) }, (_, i) => (
        <Pawn key={i} faint />
      ))}
      <Pawn />
    </div>
  );
}

/** A run that is over and left no life to show. */
export function Broken({ run, level }: { run: Run; level: Level }) {
  const kept = useQuery(checkpointsQuery(run.id)).data;
  const newest = kept?.reduce<(typeof kept)[number] | null>((late, one) => (!late || one.steps > late.steps ? one : late), null);
  const failed = run.state === "failed";
  return (
    <section className="card solo">
      {failed ? (
        <Strip kind="bad">{tr("Training failed after {episodes} lives", { episodes: format.count(run.episodes) })}</Strip>
      ) : (
        <Strip kind="warn" icon="stop-circle">
          {run.state === "stopped" ? tr("Stopped after {episodes} lives", { episodes: format.count(run.episodes) }) : tr("Finished after {episodes} lives", { episodes: format.count(run.episodes) })}
        </Strip>
      )}
      <Empty
        level={1}
        title={failed ? (run.message && heard(run.message)) || tr("Something went wrong on our side") : tr("No life was kept")}
        action={
          <span style={{ display: "flex", gap: 8 }}>
            {run.model && (
              <Link className="btn primary" to={paths.model(run.id)}>
                <Icon name="cube" />
                {tr("Model")}
              </Link>
            )}
            <Link className={run.model ? "btn" : "btn primary"} to={paths.launch()}>
              {tr("Launch another")}
            </Link>
          </span>
        }
      >
        {newest
          ? tr("The checkpoint at {steps} steps and its model are safe.", { steps: format.count(newest.steps) })
          : tr("{level}: it ended before its first checkpoint, so nothing was kept.", { level: level.title })}
      </Empty>
    </section>
  );
}
