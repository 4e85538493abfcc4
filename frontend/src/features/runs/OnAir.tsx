import { Link } from "react-router";
import type { Run } from "@/api";
import { recipe, StageMarks } from "@/chrome";
import { paths } from "@/paths";
import { format, Icon, Spark } from "@/ui";
import { tr } from "@/words";
import { Thumbnail } from "./Thumbnail";
import { axisTop } from "./list";

/** The runs that train now, each with the life it is living. */
export function OnAir({ runs }: { runs: readonly Run[] }) {
  const top = axisTop(runs);
  return (
    <section className="air" aria-label={tr("Training now")} data-scroll={runs.length > 3 || undefined}>
      {runs.map((run) => (
        <Link key={run.id} className="card lc" to={paths.watch(run.id)}>
          <div className="th">
            <Thumbnail run={run} />
          </div>
          <div className="bd">
            <div className="row">
              <h2>{run.name}</h2>
              {run.state === "queued" ? (
                <span className="pill waits" title={tr("It shares a trainer and waits for its next turn")}>
                  <Icon name="clock" />
                  {tr("next turn")}
                </span>
              ) : (
                <span className="pill">
                  <span className="dot" />
                  {tr("LIVE")}
                </span>
              )}
            </div>
            <p className="meta">
              {recipe(run)}
              <br />
              {tr("{progress} of {stepsBudget} steps", { progress: share(run.progress), stepsBudget: format.count(run.steps_budget) })}
            </p>
            <p className="sv">
              {run.last === null ? (
                <span>{tr("first life under way")}</span>
              ) : (
                <>
                  <b>{format.count(Math.round(run.last))}</b>
                  <span>{tr("steps survived")}</span>
                </>
              )}
            </p>
            <Spark values={run.spark} max={top} progress={run.progress} width={170} height={34} dot />
            <div className="row meta">
              {run.stage !== null ? <StageMarks run={run} /> : <span>{run.epsilon !== null && `ε ${format.fixed(run.epsilon, 2)}`}</span>}
              <span className="eyes" title={tr("watching")}>
                <Icon name="users" />
                <span className="sr">{tr("Watching:")} </span>
                {run.viewers}
              </span>
            </div>
          </div>
        </Link>
      ))}
    </section>
  );
}

const share = (progress: number) => progress > 0 && progress < 0.01 ? "< 1 %" : `${progress < 0.995 ? Math.floor(progress * 100) : Math.round(progress * 100)} %`;
