import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useDeferredValue, useEffect, useRef, useState } from "react";
import type { RefObject } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { STEERING, client, fairUseQuery, foundQuery, hasEnded, isPausable, isResting, isUnderWay, maySteer, meQuery, MOST_RUNS, runsQuery, unwrap } from "@/api";
import type { Me, Run } from "@/api";
import { Bell, LabBar } from "@/chrome";
import { paths } from "@/paths";
import { Button, Empty, format, Icon, Pawn, Segmented, Skeleton, Strip, toast, useKeys, Waiting } from "@/ui";
import { tr } from "@/words";
import { ClassName, JoinChip } from "./ClassHead";
import { GROUPS, inGroup, queryOf, summary, together, viewOf, visible } from "./list";
import type { Group, View } from "./list";
import { OnAir } from "./OnAir";
import { RunTable, turned } from "./RunTable";
import "./runs.css";

/** Rows drawn at once; the rest follows on a press. */
const PAGE = 100;

export function Runs() {
  const me = useQuery(meQuery).data;
  const launches = me?.launches === true;
  const fair = useQuery({ ...fairUseQuery, enabled: launches, refetchInterval: 15_000 }).data;
  const [query, setQuery] = useSearchParams();
  const view = viewOf(query);
  const lab = useQuery(runsQuery);
  const many = (lab.data?.length ?? 0) >= MOST_RUNS;
  const words = useDeferredValue(view.text.trim().slice(0, 100));
  const found = useQuery({ ...foundQuery(words), enabled: many && words !== "" }).data;
  const runs = { ...lab, data: ofClass(lab.data && together(lab.data, found), me) };
  const setView = (next: View) => setQuery(queryOf(next), { replace: true });
  const search = useRef<HTMLInputElement>(null);
  const navigate = useNavigate();
  const selection = useSelection(runs.data);
  const steer = useSteer();
  const mine = (runs.data ?? []).filter((run) => !hasEnded(run) && maySteer(me, run) && selection.chosen.has(run.id));
  const deeds = [
    { deed: "pause", icon: "pause", label: tr("Pause {n}", { n: mine.filter(isPausable).length }), runs: mine.filter(isPausable) },
    { deed: "resume", icon: "play", label: tr("Resume {n}", { n: mine.filter(isResting).length }), runs: mine.filter(isResting) },
    { deed: "stop", icon: "stop-circle", label: tr("Stop {n}, keep models", { n: mine.length }), runs: mine },
  ] as const;

  useKeys({
    "/": () => search.current?.focus(),
    n: () => (launches ? void navigate(paths.launch()) : false),
    j: () => step(1),
    k: () => step(-1),
    x: () => {
      const id = focusedRun();
      const run = runs.data?.find((other) => other.id === id);
      if (!run) return false;
      selection.toggle(run.id);
    },
    c: () => (selection.chosen.size ? void navigate(paths.compareRuns([...selection.chosen])) : false),
    Escape: () => (selection.chosen.size ? selection.clear() : false),
  });

  return (
    <>
      <title>{`${tr("Runs")} · Hamlet`}</title>
      <LabBar page="runs" launch={launches}>
        {runs.data && runs.data.length > 0 && <Search field={search} className="hide-s" view={view} setView={setView} keys />}
      </LabBar>
      <main className="runs" id="main" tabIndex={-1}>
        <div className="hd">
          <div>
            <ClassName me={me} />
            {runs.data && runs.data.length > 0 && <p>{many ? tr("Of the newest {n}: {summary}", { n: format.count(MOST_RUNS), summary: summary(runs.data) }) : summary(runs.data)}</p>}
          </div>
          <span className="grow" />
          {runs.data?.some(isUnderWay) && (
            <Link className="btn lg" to={paths.wall()}>
              <Icon name="table" />
              {tr("Wall")}
            </Link>
          )}
          <JoinChip me={me} />
          <Bell at={fair?.bell_at} />
          {launches && runs.data && runs.data.length > 0 && (
            <Link className="btn primary lg" to={paths.launch()}>
              <Icon name="plus" weight="bold" />
              {tr("Launch run")}
            </Link>
          )}
        </div>
        {runs.data ? (
          <>
            {runs.isError && <Stale since={runs.dataUpdatedAt} retry={() => void runs.refetch()} />}
            <Listed runs={runs.data} launches={launches} view={view} setView={setView} selection={selection} />
          </>
        ) : runs.isError ? (
          <div className="card">
            <Empty title={tr("The list of runs did not come")} action={<Button kind="primary" onClick={() => void runs.refetch()}>{tr("Try again")}</Button>}>
              {runs.error.message}
            </Empty>
          </div>
        ) : (
          <Ghost />
        )}
      </main>
      {selection.chosen.size > 0 && (
        <div className="toasts">
          <div className="toast" role="status">
            {tr("{n} run chosen|{n} runs chosen", { n: selection.chosen.size })}
            <Link className="btn sm primary" to={paths.compareRuns([...selection.chosen])}>
              <Icon name="columns" />
              {tr("Compare {n}", { n: selection.chosen.size })}
            </Link>
            {deeds.map(
              ({ deed, icon, label, runs }) =>
                runs.length > 0 && (
                  <Button key={deed} size="sm" icon={icon} disabled={steer.isPending} onClick={() => steer.mutate({ deed, runs }, { onSettled: selection.clear })}>
                    {label}
                  </Button>
                ),
            )}
            <Button size="sm" kind="ghost" icon="x" aria-label={tr("Choose none")} onClick={selection.clear} />
          </div>
        </div>
      )}
    </>
  );
}

interface ListedProps {
  runs: readonly Run[];
  launches: boolean;
  view: View;
  setView: (view: View) => void;
  selection: ReturnType<typeof useSelection>;
}

function Listed({ runs, launches, view, setView, selection }: ListedProps) {
  const [pages, setPages] = useState(1);
  if (runs.length === 0) return <NoRuns launches={launches} />;
  const onAir = runs.filter((run) => inGroup(run, "training"));
  const shown = visible(runs, view);
  const options = (Object.keys(GROUPS) as Group[])
    .map((group) => ({ group, n: runs.filter((run) => inGroup(run, group)).length }))
    .filter(({ group, n }) => n > 0 || group === view.group)
    .map(({ group, n }) => ({ value: group, label: `${GROUPS[group]} ${n}` }));
  return (
    <>
      {onAir.length > 0 && <OnAir runs={onAir} />}
      <div className="tools">
        <Segmented label={tr("Show")} options={options} value={view.group} onChange={(group) => setView({ ...view, group })} />
        {view.tag && (
          <Button size="sm" icon="x" aria-label={tr("tagged {tag}: show runs of any tag", { tag: view.tag })} onClick={() => setView({ ...view, tag: "" })}>
            {tr("tagged {tag}", { tag: view.tag })}
          </Button>
        )}
        <Search className="only-s" view={view} setView={setView} />
      </div>
      {shown.length > 0 ? (
        <RunTable
          runs={shown.slice(0, pages * PAGE)}
          view={view}
          onSort={(column) => setView(turned(view, column))}
          onTag={(tag) => setView({ ...view, tag })}
          chosen={selection.chosen}
          onChoose={selection.toggle}
        />
      ) : (
        <div className="card">
          <Empty title={tr("No run fits")} action={<Button onClick={() => setView({ ...view, group: "all", text: "", tag: "" })}>{tr("Show all {n}", { n: runs.length })}</Button>}>
            {missed(view)}
          </Empty>
        </div>
      )}
      {shown.length > pages * PAGE && (
        <p className="more">
          <Button onClick={() => setPages(pages + 1)}>{tr("Show {n} more", { n: Math.min(PAGE, shown.length - pages * PAGE) })}</Button>
        </p>
      )}
    </>
  );
}

/** "No finished run is tagged “sleep” and has “owl” in what is known of it." */
function missed({ group, tag, text }: View): string {
  const none = group === "all" ? tr("No run is here with this:") : tr("Under “{group}” no run has this:", { group: GROUPS[group] });
  const wanted = [tag && tr("the tag “{tag}”", { tag }), text && tr("“{text}” in name, notes, tags, level or owner", { text })].filter(Boolean);
  return wanted.length ? `${none} ${wanted.join(", ")}.` : tr("No run is here.");
}

function NoRuns({ launches }: { launches: boolean }) {
  return (
    <div className="card">
      <Empty
        title={tr("No lives yet")}
        picture={
          <div className="ground plot">
            <Pawn size={54} />
          </div>
        }
        action={
          launches && (
            <Link className="btn primary lg" to={paths.launch()}>
              <Icon name="plus" weight="bold" />
              {tr("Launch run")}
            </Link>
          )
        }
      >
        {launches ? tr("Launch a run and the class can watch it learn from its first step.") : tr("Your instructor launches the first run. This page shows it by itself.")}
      </Empty>
    </div>
  );
}

interface SearchProps {
  className: string;
  view: View;
  setView: (view: View) => void;
  field?: RefObject<HTMLInputElement | null>;
  keys?: boolean;
}

function Search({ className, view, setView, field, keys }: SearchProps) {
  return (
    <label className={`field search ${className}`}>
      <Icon name="magnifying-glass" />
      <input
        ref={field}
        type="search"
        aria-label={tr("Search runs")}
        placeholder={tr("Search runs")}
        value={view.text}
        onChange={(event) => setView({ ...view, text: event.target.value })}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          setView({ ...view, text: "" });
          event.currentTarget.blur();
        }}
      />
      {keys && <kbd>/</kbd>}
    </label>
  );
}

function Stale({ since, retry }: { since: number; retry: () => void }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <div style={{ marginBottom: 12 }}>
      <Strip kind="warn" icon="wifi-slash" action={<Button size="sm" onClick={retry}>{tr("Retry")}</Button>}>
        {tr("The server does not answer. Updated {ago}.", { ago: format.ago(new Date(since).toISOString(), now) })}
      </Strip>
    </div>
  );
}

function Ghost() {
  return (
    <Waiting>
      <div className="air">
        {[1, 2, 3].map((n) => (
          <Skeleton key={n} height={188} radius={14} />
        ))}
      </div>
      <Skeleton height={34} width={300} />
      <div className="card tbl" style={{ marginTop: 8, padding: "10px 16px" }}>
        {[1, 2, 3, 4, 5, 6].map((n) => (
          <div key={n} style={{ padding: "9px 0" }}>
            <Skeleton height={34} />
          </div>
        ))}
      </div>
    </Waiting>
  );
}

/** Who looks after several classes sees those of the current one; everyone else all that they may see. */
function ofClass(runs: Run[] | undefined, me: Me | undefined): Run[] | undefined {
  const current = me?.crew ? me.classroom : null;
  return current ? runs?.filter((run) => run.classroom?.id === current.id) : runs;
}

/** The chosen runs, of those that are there. */
function useSelection(runs: readonly Run[] | undefined) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const there = new Set(runs?.map((run) => run.id));
  return {
    chosen: new Set([...ids].filter((id) => there.has(id))) as ReadonlySet<string>,
    toggle: (id: string) => {
      const next = new Set(ids);
      if (!next.delete(id)) next.add(id);
      setIds(next);
    },
    clear: () => setIds(new Set()),
  };
}

function useSteer() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ deed, runs }: { deed: keyof typeof STEERING; runs: readonly Run[] }) =>
      Promise.all(runs.map(({ id }) => unwrap(client.POST(STEERING[deed], { params: { path: { id } } })))),
    onError: (error) => toast(error.message),
    onSettled: () => cache.invalidateQueries({ queryKey: runsQuery.queryKey }),
  });
}

const rows = () => [...document.querySelectorAll<HTMLElement>("[data-run]")];
const focusedRun = () => (document.activeElement as HTMLElement | null)?.dataset["run"];

/** Moves the focus `by` rows; from outside the table to its nearer end. */
function step(by: number) {
  const all = rows();
  const at = all.findIndex((row) => row === document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, at + by));
  all[next]?.focus();
  all[next]?.scrollIntoView({ block: "nearest" });
}
