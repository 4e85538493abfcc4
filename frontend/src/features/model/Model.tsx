import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearchParams } from "react-router";
import { ApiError, checkpointsQuery, hasEnded, isActive, levelQuery, meQuery, modelsQuery, runQuery } from "@/api";
import type { Level, Model as ModelFile, Run } from "@/api";
import { networkTitle, RunBar } from "@/chrome";
import { obsDim, reads, weightsOf } from "@/level";
import { downloads, paths } from "@/paths";
import { Button, Copy, Empty, format, Icon, Pawn, Skeleton, Strip, Waiting } from "@/ui";
import { heard, tr } from "@/words";
import { Card } from "./Card";
import { meaning, slice } from "./contract";
import { Causes, Survival } from "./Evidence";
import { Files } from "./Files";
import { moments, preferred } from "./files";
import type { Moment } from "./files";
import { INSTALL, python, tokens } from "./snippets";
import "./model.css";

export function Model() {
  const id = useParams()["id"] ?? "";
  const run = useQuery(runQuery(id));
  const models = useQuery({ ...modelsQuery(id), refetchInterval: run.data && isActive(run.data) ? 5_000 : false });
  const level = useQuery(levelQuery(run.data?.level ?? ""));
  const error = run.error ?? models.error ?? level.error;
  const total = models.data?.reduce((sum, model) => sum + model.downloads, 0) ?? 0;
  return (
    <>
      <title>{run.data ? `${tr("Model of {name}", { name: run.data.name })} · Hamlet` : `${tr("Model")} · Hamlet`}</title>
      <RunBar run={run.data} page="model">
        {models.data && models.data.length > 0 && (
          <span className="chip lg hide-s">
            <Icon name="download-simple" />
            {tr("{total} download|{total} downloads", { total: format.count(total), n: total })}
          </span>
        )}
      </RunBar>
      <main className="mp" id="main" tabIndex={-1}>
        {run.data && models.data && level.data ? (
          models.data.length === 0 ? (
            <NoModel run={run.data} />
          ) : (
            <Page run={run.data} models={models.data} level={level.data} />
          )
        ) : error ? (
          <div className="card whole">
            <Empty
              level={1}
              title={error instanceof ApiError && error.status === 404 ? tr("There is no such run") : tr("The model did not come")}
              action={
                error instanceof ApiError && error.status === 404 ? (
                  <Link className="btn primary" to={paths.home()}>
                    {tr("Runs")}
                  </Link>
                ) : (
                  <Button kind="primary" onClick={() => void Promise.all([run.refetch(), models.refetch(), level.refetch()])}>
                    {tr("Try again")}
                  </Button>
                )
              }
            >
              {error.message}
            </Empty>
          </div>
        ) : (
          <Ghost />
        )}
      </main>
    </>
  );
}

function NoModel({ run }: { run: Run }) {
  const waiting = !hasEnded(run);
  return (
    <div className="card whole">
      <Empty
        level={1}
        title={waiting ? tr("No model yet") : tr("This run left no model")}
        picture={<Pawn faint size={54} />}
        action={
          <Link className="btn primary" to={paths.watch(run.id)}>
            <Icon name="eye" />
            {tr("Watch {name}", { name: run.name })}
          </Link>
        }
      >
        {waiting ? tr("The first one is kept with the run's first checkpoint. It appears here by itself.") : (run.message && heard(run.message)) || tr("It ended before its first checkpoint.")}
      </Empty>
    </div>
  );
}

function Page({ run, models, level }: { run: Run; models: readonly ModelFile[]; level: Level }) {
  const [query, setQuery] = useSearchParams();
  const me = useQuery(meQuery).data;
  const instructor = me?.user?.role === "instructor";
  const kept = useQuery(checkpointsQuery(run.id));
  const checkpoints = kept.data ?? [];
  const all = moments(models);
  const best = all.find((moment) => moment.models.some((model) => model.id === run.model?.id));
  const moment = all.find(({ key }) => key === query.get("at")) ?? best ?? all[0]!;
  const checkpoint = checkpoints.find(({ id }) => id === moment.key);
  const file = preferred(moment.models)!;
  const exam = file.evaluation;
  return (
    <>
      <div className="stack main">
        {!hasEnded(run) && (
          <Strip kind="warn" icon="broadcast" action={<Link className="btn sm" to={paths.watch(run.id)}>{tr("Watch")}</Link>}>
            {run.state === "paused" ? tr("{name} is paused.", { name: run.name }) : tr("{name} is still training.", { name: run.name })}{" "}
            {exam ? tr("This is its best model so far.") : tr("This model has not sat an exam yet.")}
          </Strip>
        )}
        <section className="card hero" aria-label={tr("Model")}>
          <div>
            <h1>
              {run.name} <small>{tr("at life {episode}", { episode: format.count(moment.episode) })}</small>
            </h1>
            <p className="lede">{lede(run, level)}</p>
            {all.length > 1 && <Picker all={all} best={best} value={moment.key} onChange={(key) => setQuery(key === best?.key ? {} : { at: key }, { replace: true })} />}
          </div>
          <div className="take">
            <a className="btn primary lg" href={downloads.pack(file.id)} download>
              <Icon name="file-zip" />
              {tr("Download ZIP")}
            </a>
            <a className="btn" href={downloads.model(file.id)} download>
              <Icon name="download-simple" />
              {tr("Download model")}
            </a>
            <Link className="btn" to={paths.play(run.id)}>
              <Icon name="game-controller" />
              {tr("Play against it")}
            </Link>
            {me?.launches && kept.isPending && (
              <Button icon="git-branch" disabled>
                {tr("Fork from here")}
              </Button>
            )}
            {me?.launches && checkpoint && (
              <Link className="btn" to={paths.fork(run.id, checkpoint.id)}>
                <Icon name="git-branch" />
                {tr("Fork from here")}
              </Link>
            )}
            <small>
              {file.file}, {format.bytes(file.bytes)}
            </small>
          </div>
          <dl className="facts">
            {exam && fact(tr("{steps} steps", { steps: format.count(Math.round(exam.median)) }), tr("median survival, greedy"))}
            {fact(networkTitle(run.network), tr("{weights} weights", { weights: format.count(weightsOf(level, run.network)) }))}
            {fact(`${obsDim(level)} → ${level.actions.length}`, tr("observation → Q-values"))}
            {exam && fact(`${Math.round(exam.share_retired * 100)} %`, tr("lived all {lifespan} steps", { lifespan: format.count(level.lifespan) }))}
            {run.stage !== null && fact(tr("Stage {stage}", { stage: run.stage }), tr("reached of {n}", { n: level.curriculum.multipliers.length + 1 }))}
          </dl>
        </section>
        <Files run={run} moment={moment} checkpoint={checkpoint} instructor={instructor} />
        <Snippet file={file.file} />
        <Card model={file.id} />
      </div>
      <div className="stack">
        {exam && <Survival exam={exam} level={level} name={run.name} />}
        {exam && <Causes exam={exam} level={level} />}
        <InOut level={level} network={run.network} />
      </div>
    </>
  );
}

const fact = (value: string, what: string) => (
  <div>
    <dt>{value}</dt>
    <dd>{what}</dd>
  </div>
);

function lede(run: Run, level: Level): string {
  const plays = tr("Plays “{title}”.", { title: level.title });
  if (level.sight === null) return `${plays} ${tr("Sees all {width} × {height} cells.", { width: level.width, height: level.height })}`;
  const side = 2 * level.sight + 1;
  return `${plays} ${run.network === "recurrent" ? tr("Sees {side} × {side} cells, remembers the rest.", { side }) : tr("Sees {side} × {side} cells.", { side })}`;
}

interface PickerProps {
  all: readonly Moment[];
  best: Moment | undefined;
  value: string;
  onChange: (key: string) => void;
}

function Picker({ all, best, value, onChange }: PickerProps) {
  return (
    <label className="at">
      <span>{tr("From")}</span>
      <select className="btn sm select" value={value} onChange={(event) => onChange(event.target.value)}>
        {all.map((moment) => (
          <option key={moment.key} value={moment.key}>
            {tr("life {episode}", { episode: format.count(moment.episode) })}
            {moment === best && moment.models.some((model) => model.evaluation) ? `, ${tr("the best")}` : moment === all[0] ? `, ${tr("the latest")}` : ""}
          </option>
        ))}
      </select>
    </label>
  );
}

function Snippet({ file }: { file: string }) {
  const code = `# ${INSTALL}\n${python(file)}`;
  return (
    <section className="card code" aria-label={tr("How to use it")}>
      <header>
        <h2>{tr("Use it in Python")}</h2>
        <span className="grow" />
        <Copy text={`${code}\n`} />
      </header>
      <pre data-scroll tabIndex={0} aria-label="Python">
        {tokens(code).map(({ text, kind }, i) => (kind ? <span key={i} className={kind}>{text}</span> : text))}
      </pre>
      <div className="chips">
        <span className="chip">
          <Icon name="check" />
          {tr("Python 3.11 or newer")}
        </span>
        <span className="chip">
          <Icon name="cpu" />
          {tr("CPU is enough")}
        </span>
        <span className="chip">
          <Icon name="shield-check" />
          {tr("weights only, no pickled code")}
        </span>
      </div>
    </section>
  );
}

function InOut({ level, network }: { level: Level; network: string }) {
  const read = reads(level, network);
  const first = level.actions[0]?.name;
  const last = level.actions.at(-1)?.name;
  return (
    <section className="card" aria-label={tr("Inputs and outputs")}>
      <header style={{ paddingBottom: 10 }}>
        <h2>{tr("Inputs and outputs")}</h2>
      </header>
      <table className="io">
        <thead className="sr">
          <tr>
            <th>{tr("Name")}</th>
            <th>{tr("Meaning")}</th>
          </tr>
        </thead>
        <tbody>
          {level.observation.map((field) => (
            <tr key={field.name}>
              <td>{slice(field)}</td>
              <td>
                {meaning(field, level)}
                {!read.has(field.name) && <span className="m3">, {tr("not read by this network")}</span>}
              </td>
            </tr>
          ))}
          <tr>
            <td><code>q_values</code></td>
            <td>
              {tr("{n} numbers, {first} … {last}", { n: level.actions.length, first: first ?? "", last: last ?? "" })}
            </td>
          </tr>
        </tbody>
      </table>
    </section>
  );
}

function Ghost() {
  return (
    <Waiting>
      <div className="mp" style={{ padding: 0 }}>
        <div className="stack main">
          <Skeleton height={182} radius={14} />
          <Skeleton height={184} radius={14} />
          <Skeleton height={420} radius={14} />
        </div>
        <div className="stack">
          <Skeleton height={260} radius={14} />
          <Skeleton height={200} radius={14} />
          <Skeleton height={320} radius={14} />
        </div>
      </div>
    </Waiting>
  );
}
