import type { ReactNode } from "react";
import { Link } from "react-router";
import { hasEnded, isUnderWay } from "@/api";
import type { Run } from "@/api";
import { AboutButton, recipe, StageMarks, StateMark, Tags } from "@/chrome";
import { downloads, paths } from "@/paths";
import { format, Icon, Spark } from "@/ui";
import { tr } from "@/words";
import { axisTop, COLUMNS } from "./list";
import type { Column, View } from "./list";

interface Props {
  runs: readonly Run[];
  view: View;
  onSort: (column: Column) => void;
  onTag: (tag: string) => void;
  /** runs chosen to be compared, paused, resumed or stopped */
  chosen: ReadonlySet<string>;
  onChoose: (id: string) => void;
}

export function RunTable({ runs, view, onSort, onTag, chosen, onChoose }: Props) {
  const top = axisTop(runs);
  const staged = runs.some((run) => run.stage !== null);
  const head = (column: Column, label: ReactNode, className?: string) => (
    <th className={className} aria-sort={view.column === column ? (view.way === "up" ? "ascending" : "descending") : undefined}>
      <button type="button" onClick={() => onSort(column)}>
        {label}
        {view.column === column && <Icon name={view.way === "up" ? "caret-up" : "caret-down"} weight="bold" />}
      </button>
    </th>
  );
  return (
    <div className="card tbl">
      <table>
        <thead>
          <tr>
            <th className="pick">
              <span className="sr">{tr("Choose")}</span>
            </th>
            {head("name", tr("Run"))}
            {head("state", tr("State"))}
            <th className="h2c">{top > 1 ? tr("Survival, 0 to {top} steps", { top: format.count(top) }) : tr("Survival")}</th>
            {head("best", tr("Best exam"), "n")}
            {head("last", tr("Last"), "n")}
            {staged && head("stage", tr("Stage"))}
            {head("epsilon", tr("Explore ε"), "h2c")}
            {head("viewers", tr("Watching"), "n h2c")}
            <th className="h2c">{tr("Model")}</th>
            <th>
              <span className="sr">{tr("About")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <Row key={run.id} run={run} top={top} staged={staged} onTag={onTag} chosen={chosen} onChoose={onChoose} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps extends Pick<Props, "chosen" | "onChoose" | "onTag"> {
  run: Run;
  top: number;
  staged: boolean;
}

function Row({ run, top, staged, onTag, chosen, onChoose }: RowProps) {
  const training = isUnderWay(run);
  const picked = chosen.has(run.id);
  return (
    <tr className={picked ? "sel" : undefined}>
      <td className="pick">
        <input type="checkbox" className="cb" aria-label={tr("Choose {name}", { name: run.name })} checked={picked} onChange={() => onChoose(run.id)} />
      </td>
      <td className="nm">
        <Link to={paths.watch(run.id)} data-run={run.id}>
          <b>{run.name}</b>
          <small>{recipe(run)}</small>
        </Link>
        <Tags tags={run.tags} onPick={onTag} />
      </td>
      <td className="k2">
        <StateMark run={run} detail />
      </td>
      <td className="h2c k1">
        <Spark values={run.spark} max={top} progress={run.progress} width={180} height={32} color={training ? "var(--accent)" : undefined} dot={training} />
      </td>
      <td className="n num">{whole(run.best)}</td>
      <td className="n num">
        <b>{whole(run.last)}</b>
      </td>
      {staged && (
        <td>
          <StageMarks run={run} />
        </td>
      )}
      <td className="h2c num">{run.epsilon === null ? <Unknown /> : format.fixed(run.epsilon, 2)}</td>
      <td className={`n num h2c${run.viewers ? "" : " m3"}`}>{run.viewers}</td>
      <td className="h2c">
        {run.model ? (
          <a className="btn sm" href={downloads.model(run.model.id)} download title={run.model.file} aria-label={tr("Download {file}, {bytes}", { file: run.model.file, bytes: format.bytes(run.model.bytes) })}>
            <Icon name="download-simple" />
            {format.bytes(run.model.bytes)}
          </a>
        ) : (
          <span className="m3 small">{hasEnded(run) ? tr("none") : tr("not yet")}</span>
        )}
      </td>
      <td className="k3">
        <AboutButton run={run} label={tr("About {name}", { name: run.name })} size="sm" />
      </td>
    </tr>
  );
}

const Unknown = () => <span className="m3">–</span>;
const whole = (value: number | null) => (value === null ? <Unknown /> : format.count(Math.round(value)));

/** The way a press on a column's head turns the order. */
export function turned(view: View, column: Column): View {
  const first = COLUMNS[column].first;
  const way = view.column !== column ? first : view.way === "up" ? "down" : "up";
  return { ...view, column, way };
}
