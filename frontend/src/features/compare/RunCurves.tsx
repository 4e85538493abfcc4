import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { client, isActive, runQuery, runsQuery, unwrap } from "@/api";
import type { Run } from "@/api";
import { paths } from "@/paths";
import { Button, Empty, format, Icon, Segmented, Skeleton, useQueryPatch, Waiting } from "@/ui";
import type { QueryPatch } from "@/ui";
import { named, tr } from "@/words";
import { runsOf } from "./address";
import { Chart } from "./Chart";
import { saveCsv } from "./csv";
import { Dots } from "./Dots";
import { curveOf, groupsOf, MOST_CURVES, tableOf, turnsOf } from "./groups";
import type { Group, Overlay } from "./groups";
import { AXES, METRICS, Swatch } from "./look";
import type { Axis } from "./look";
import { Settings } from "./Settings";

const POINTS = 240;
/** a run that still trains has new rows every few seconds */
const AFRESH = 10_000;

interface Ask {
  runs: string[];
  metric: string;
  axis: Axis;
  left: number | null;
  right: number | null;
}

const curvesQuery = ({ runs, metric, axis, left, right }: Ask, live: boolean) => ({
  queryKey: ["curves", runs, metric, axis, left, right] as const,
  queryFn: ({ signal }: { signal: AbortSignal }): Promise<Overlay> =>
    unwrap(client.GET("/api/v1/curves", { signal, params: { query: { runs: runs.join(","), metric, axis, points: POINTS, left: left ?? undefined, right: right ?? undefined } } })),
  enabled: runs.length > 0,
  placeholderData: keepPreviousData,
  refetchInterval: live ? AFRESH : (false as const),
});

/** Runs that are not among those listed, each asked for by itself. */
function useOlder(listed: readonly Run[] | undefined, ids: readonly string[]): ReadonlyMap<string, Run> {
  const missing = listed ? ids.filter((id) => !listed.some((run) => run.id === id)) : [];
  const found = useQueries({ queries: missing.map(runQuery) });
  return new Map(found.flatMap(({ data }) => (data ? [[data.id, data] as const] : [])));
}

/** Learning curves of several runs over one axis: what their settings do. */
export function RunCurves() {
  const all = useQuery(runsQuery);
  const [query] = useSearchParams();
  const set = useQueryPatch();
  const asked = runsOf(query.get("runs"));
  const older = useOlder(all.data, asked);
  if (!all.data) {
    return (
      <main id="main" tabIndex={-1} className="cmp">
        {all.error ? (
          <section className="card">
            <Empty title={tr("The runs did not come")} action={<Button kind="primary" onClick={() => void all.refetch()}>{tr("Try again")}</Button>}>
              {all.error.message}
            </Empty>
          </section>
        ) : (
          <Waiting>
            <Skeleton height={560} radius={14} />
          </Waiting>
        )}
      </main>
    );
  }
  const chosen = asked.flatMap((id) => all.data.find((run) => run.id === id) ?? older.get(id) ?? []);
  const groups = groupsOf(chosen);
  const drawn = groups.slice(0, MOST_CURVES);
  const choose = (runs: readonly Run[]) => set({ runs: runs.map(({ id }) => id).join(","), left: null, right: null });
  return (
    <main id="main" tabIndex={-1} className="cmp">
      <h1 className="sr">{tr("Compare runs")}</h1>
      <div className="chosen">
        {drawn.map((group, i) => (
          <span className="chip curve-chip" key={group.key} title={group.runs.map(({ name, seed }) => `${name}, seed ${seed}`).join("\n")}>
            <Swatch i={i} />
            {group.runs.length === 1 ? <Link to={paths.watch(group.runs[0]!.id)}>{group.name}</Link> : group.name}
            {group.runs.length > 1 && <small>{tr("{n} seeds", { n: group.runs.length })}</small>}
            <Button kind="ghost" size="sm" icon="x" aria-label={tr("Leave out {name}", { name: group.name })} onClick={() => choose(chosen.filter((run) => !group.runs.includes(run)))} />
          </span>
        ))}
        <label className="btn add-run">
          <Icon name="plus" weight="bold" />
          <span className="sr">{tr("Add run")}</span>
          <select aria-label={tr("Add run")} value="" onChange={(event) => choose([...chosen, ...all.data.filter(({ id }) => id === event.target.value)])}>
            <option value="">{tr("Add run")}</option>
            {all.data
              .filter((run) => !chosen.includes(run))
              .map((run) => (
                <option key={run.id} value={run.id}>
                  {`${run.name} · ${named(run.level_title)}, ${tr("seed {seed}", { seed: String(run.seed) })}`}
                </option>
              ))}
          </select>
        </label>
      </div>
      {groups.length > MOST_CURVES && <p className="hint">{tr("Only the first {n} curves are drawn; more could not be told apart.", { n: MOST_CURVES })}</p>}
      {asked.length > chosen.length && <p className="hint">{tr("{n} of the runs asked for are not there any more.", { n: asked.length - chosen.length })}</p>}
      {drawn.length === 0 ? (
        <section className="card">
          <Empty title={tr("Choose runs to compare")}>{tr("Runs that differ only in their seed become one curve: their mean, with the interval it is sure of.")}</Empty>
        </section>
      ) : (
        <Picture groups={drawn} query={query} set={set} />
      )}
    </main>
  );
}

interface PictureProps {
  groups: Group[];
  query: URLSearchParams;
  set: QueryPatch;
}

const whole = (text: string | null): number | null => (/^\d{1,15}$/.test(text ?? "") ? Number(text) : null);

function Picture({ groups, query, set }: PictureProps) {
  const metric = Object.hasOwn(METRICS, query.get("metric") ?? "") ? query.get("metric")! : "survival_mean";
  const axis: Axis = AXES.find(({ value }) => value === query.get("x"))?.value ?? "steps";
  const [left, right] = [whole(query.get("left")), whole(query.get("right"))];
  const [table, setTable] = useState(false);
  const runs = groups.flatMap((group) => group.runs);
  const ask = { runs: runs.map(({ id }) => id), metric, axis, left, right };
  const live = runs.some(isActive);
  const overlay = useQuery(curvesQuery(ask, live));
  const staged = metric !== "stage" && runs.some(({ stage }) => stage !== null);
  const stages = useQuery({ ...curvesQuery({ ...ask, metric: "stage" }, live), enabled: staged }).data;
  // Until the new answer is here the last one stays, unless it tells of something else.
  const shown = overlay.data?.metric === metric && overlay.data.axis === axis ? overlay.data : null;
  const curves = useMemo(() => shown && groups.map((group) => curveOf(group, shown)), [groups, shown]);
  const turns = useMemo(
    () => groups.map((group, i) => (curves && stages?.axis === axis && staged ? turnsOf(group, stages, curves[i]!) : [])),
    [groups, curves, stages, axis, staged],
  );
  const { title, unit, about } = METRICS[metric]!;
  const zoomed = left !== null || right !== null;
  const rows = () => tableOf(groups, curves ?? [], AXES.find(({ value }) => value === axis)!.unit);
  return (
    <div className="overlay">
      <section className="card picture" aria-label={tr("Curves")}>
        <header>
          <h2>
            <select aria-label={tr("Metric")} value={metric} onChange={(event) => set({ metric: event.target.value })}>
              {Object.entries(METRICS).map(([name, one]) => (
                <option key={name} value={name}>
                  {one.title}
                </option>
              ))}
            </select>
          </h2>
          <span className="sub hide-s">
            {groups.some((group) => group.runs.length > 1) ? tr("mean over seeds, its 95 % interval, and all that lies between least and most") : tr("mean, and all that lies between least and most")}
            {turns.some((some) => some.length > 0) && `; ${tr("circles: curriculum stages")}`}
          </span>
        </header>
        <div className="picture-tools">
          <Segmented label={tr("Over")} options={AXES} value={axis} onChange={(x) => set({ x, left: null, right: null })} />
          {zoomed && (
            <Button size="sm" icon="arrow-counter-clockwise" onClick={() => set({ left: null, right: null })}>
              {tr("Whole")}
            </Button>
          )}
          <span className="grow" />
          <Button size="sm" icon="table" aria-pressed={table} onClick={() => setTable(!table)}>
            {tr("Table")}
          </Button>
          <Button size="sm" icon="download-simple" disabled={!curves} onClick={() => saveCsv(`${metric} over ${axis}`, rows())}>
            CSV
          </Button>
        </div>
        {!curves ? (
          overlay.error ? (
            <Empty title={tr("The curves did not come")} action={<Button kind="primary" onClick={() => void overlay.refetch()}>{tr("Try again")}</Button>}>
              {overlay.error.message}
            </Empty>
          ) : (
            <Waiting>
              <Skeleton height={420} radius={10} />
            </Waiting>
          )
        ) : curves.every((curve) => curve.length === 0) ? (
          <Empty title={tr("Nothing was measured")}>{axis === "time" ? tr("These runs did not measure their speed throughout, so their time is not known.") : tr("None of these runs has measured this yet: {about}.", { about })}</Empty>
        ) : table ? (
          <Numbers rows={rows()} />
        ) : (
          <Chart groups={groups} curves={curves} turns={turns} axis={axis} title={title} unit={unit} overlay={shown!} zoom={(from, to) => set({ left: String(from), right: String(to) })} />
        )}
        <p className="hint explains">
          {tr("{title}: {about}. Drag over a part to look closer.", { title, about })}
        </p>
      </section>
      <div className="stack">
        <Settings groups={groups} />
        <Dots groups={groups} title={tr("Best examination")} sub={tr("steps, mean of held-out lives")} of={(run) => run.best} say={(value) => format.count(Math.round(value))} />
        <Dots groups={groups} title={tr("From start to end")} sub={tr("waiting for a worker included")} of={seconds} say={format.duration} />
      </div>
    </div>
  );
}

const seconds = ({ started_at, finished_at }: Run): number | null => (started_at && finished_at ? (Date.parse(finished_at) - Date.parse(started_at)) / 1_000 : null);

function Numbers({ rows }: { rows: (string | number | null)[][] }) {
  const [head, ...body] = rows;
  return (
    <div className="numbers" tabIndex={0} role="region" aria-label={tr("Table of the curves, scrolls")}>
      <table className="plain">
        <thead>
          <tr>
            {head!.map((name) => (
              <th key={String(name)} className="n" scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {body.map((row, i) => (
            <tr key={i}>
              {row.map((value, j) => (
                <td key={j} className="n">
                  {value === null ? "" : typeof value === "number" ? format.plain(Number(value.toPrecision(5))) : value}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
