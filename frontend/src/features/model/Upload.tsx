import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { UseQueryOptions } from "@tanstack/react-query";
import { useState } from "react";
import type { ComponentType } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { ApiError, client, fairUseQuery, levelQuery, unwrap, uploadLivesQuery, uploadQuery, uploadsQuery } from "@/api";
import type { Level, Upload as Brought } from "@/api";
import { LabBar, networkTitle } from "@/chrome";
import { downloads, paths } from "@/paths";
import { Button, Copy, Dialog, Empty, format, Icon, Skeleton, Strip, toast, Waiting } from "@/ui";
import { begin, decodeFrame } from "@/wire";
import type { Life } from "@/wire";
import { heard, named, tr } from "@/words";
import { Card } from "./Card";
import { Causes, Survival } from "./Evidence";
import "./model.css";

/** Where recorded lives are played. The Watch page's stage does; the application brings the two together. */
export type Stage = ComponentType<{
  id: string;
  level: Level;
  known: readonly number[];
  episode: number;
  onEpisode: (episode: number) => void;
  life: UseQueryOptions<Life, Error, Life, readonly unknown[]>;
}>;

/** One model that was brought along: how it lives, where it fits, and the way home. */
export function Upload({ stage }: { stage: Stage }) {
  const { id = "" } = useParams();
  const upload = useQuery(uploadQuery(id));
  const level = useQuery(levelQuery(upload.data?.played ?? ""));
  const waits = upload.data && upload.data.played !== null && !level.data;
  const error = upload.error ?? (waits ? level.error : null);
  return (
    <>
      <title>{upload.data ? `${`${upload.data.name} · ${tr("Models")}`} · Hamlet` : `${tr("Models")} · Hamlet`}</title>
      <LabBar page="models" launch={false} />
      <main className="mp" id="main" tabIndex={-1}>
        {error ? (
          <div className="card whole">
            <Empty
              level={1}
              title={error instanceof ApiError && error.status === 404 ? tr("There is no such model") : tr("The model did not come")}
              action={
                error instanceof ApiError && error.status === 404 ? (
                  <Link className="btn primary" to={paths.uploads()}>
                    {tr("Models")}
                  </Link>
                ) : (
                  <Button kind="primary" onClick={() => void Promise.all([upload.refetch(), level.refetch()])}>
                    {tr("Try again")}
                  </Button>
                )
              }
            >
              {error.message}
            </Empty>
          </div>
        ) : upload.data && !waits ? (
          <Page upload={upload.data} level={(level.data as Level | undefined) ?? null} stage={stage} />
        ) : (
          <Waiting>
            <Skeleton height={420} radius={14} />
          </Waiting>
        )}
      </main>
    </>
  );
}

function Page({ upload, level, stage }: { upload: Brought; level: Level | null; stage: Stage }) {
  const { evaluation, pack, model } = upload;
  return (
    <>
      <div className="stack across">
        {upload.state === "pending" && (
          <Strip kind="warn" icon="hourglass-simple-medium">
            {tr("It is being examined on held-out lives. This page shows them as soon as they are lived.")}
          </Strip>
        )}
        {upload.message && (
          <Strip kind="warn" icon="warning">
            {heard(upload.message)}
          </Strip>
        )}
        <section className="card hero" aria-label={tr("Model")}>
          <div>
            <h1>{upload.name}</h1>
            <p className="lede">
              {tr("{network} with {weights} weights, trained in “{level}”. {source}, {sourceBytes}; {bytes} as a model.", { network: networkTitle(upload.network), weights: format.count(upload.weights), level: level && upload.played === upload.level ? level.title : upload.level, source: SOURCES[upload.source], sourceBytes: format.bytes(upload.source_bytes), bytes: format.bytes(model.bytes) })}
            </p>
            <Remove upload={upload} />
          </div>
          <div className="take">
            {pack && (
              <a className="btn primary lg" href={downloads.pack(upload.id)} download>
                <Icon name="file-zip" />
                {tr("Download ZIP")}
              </a>
            )}
            <a className="btn" href={downloads.model(upload.id)} download>
              <Icon name="download-simple" />
              {tr("Download model")}
            </a>
            <small>
              {model.file}, {format.bytes(model.bytes)}
            </small>
          </div>
          <div className="sums">
            {[pack, model].map(
              (file) =>
                file && (
                  <div className="sha" key={file.file}>
                    <Icon name="fingerprint-simple" />
                    <b>{file === pack ? tr("sha256 of the ZIP") : tr("sha256 of the model")}</b>
                    <code title={file.sha256}>{file.sha256}</code>
                    <span className="grow" />
                    <Copy text={file.sha256} label={tr("Copy the sha256 of {file}", { file: file.file })} />
                  </div>
                ),
            )}
          </div>
        </section>
        {level && upload.lives > 0 && <Lives upload={upload} level={level} stage={stage} />}
      </div>
      <div className="stack main">
        <Card key={upload.state} model={upload.id} />
      </div>
      <div className="stack">
        {evaluation && level && <Survival exam={evaluation} level={level} name={upload.name} />}
        {evaluation && level && <Causes exam={evaluation} level={level} />}
        <Fits upload={upload} />
      </div>
    </>
  );
}

const SOURCES: Record<Brought["source"], string> = {
  safetensors: tr("From a .safetensors file"),
  pt: tr("From a .pt file"),
  onnx: tr("From an .onnx file"),
  checkpoint: tr("From a training checkpoint"),
  "version 2": tr("From an old HAMLET’s training checkpoint"),
};

const lifeQuery = (id: string, episode: number) =>
  queryOptions({
    queryKey: ["models", id, "episodes", episode] as readonly unknown[],
    queryFn: async ({ signal }): Promise<Life> => {
      const answer = await fetch(`/api/v1/models/${id}/episodes/${episode}`, { signal });
      if (!answer.ok) throw new ApiError(answer.status, tr("Error {status}", { status: answer.status }), tr("Life {episode} could not be fetched.", { episode }));
      return begin(decodeFrame(await answer.arrayBuffer()));
    },
    staleTime: Infinity,
  });

function Lives({ upload, level, stage: Showing }: { upload: Brought; level: Level; stage: Stage }) {
  const lives = useQuery(uploadLivesQuery(upload.id)).data ?? [];
  const [query, setQuery] = useSearchParams();
  const asked = Number(query.get("episode") ?? 0);
  const episode = lives.some((life) => life.episode === asked) ? asked : 0;
  const go = (to: number) => setQuery(to ? { episode: String(to) } : {}, { replace: true });
  return (
    <section className="card" aria-label={tr("Watch its lives")}>
      <header>
        <h2>{tr("Watch its lives")}</h2>
        <span className="sub">{tr("its first {n} examined lives, all greedy", { n: upload.lives })}</span>
      </header>
      <div className="pick6" role="group" aria-label={tr("Which life")}>
        {lives.map((life) => (
          <button key={life.episode} type="button" className="btn sm" aria-pressed={life.episode === episode} onClick={() => go(life.episode)}>
            {tr("Life {episode}: {steps} steps", { episode: life.episode, steps: format.count(life.steps) })}
          </button>
        ))}
      </div>
      {lives.length > 0 && (
        <Showing id={upload.id} level={level} known={lives.map((life) => life.episode)} episode={episode} onEpisode={go} life={lifeQuery(upload.id, episode)} />
      )}
    </section>
  );
}

const VERDICTS = { yes: tr("Fits"), reordered: tr("Fits, by names"), no: tr("Does not fit") } as const;

/** The levels there are, and whether it can live in each. */
function Fits({ upload }: { upload: Brought }) {
  return (
    <section className="card" aria-label={tr("Where it fits")}>
      <header style={{ paddingBottom: 10 }}>
        <h2>{tr("Where it fits")}</h2>
      </header>
      <ul className="fits">
        {upload.fits.map(({ level, title, verdict, reasons }) => (
          <li key={level}>
            <Icon name={verdict === "no" ? "x" : "check"} />
            <div>
              <b>{named(title)}</b>
              <span>
                {VERDICTS[verdict]}
                {level === upload.played && `, ${tr("and was examined here")}`}
                {reasons.length > 0 && `: ${reasons.slice(0, 2).join("; ")}${reasons.length > 2 ? "; …" : ""}`}
              </span>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Remove({ upload }: { upload: Brought }) {
  const [open, setOpen] = useState(false);
  const cache = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => unwrap(client.DELETE("/api/v1/models/{id}", { params: { path: { id: upload.id } } })),
    onSuccess: () => {
      void navigate(paths.uploads());
      void cache.invalidateQueries({ queryKey: uploadsQuery.queryKey, exact: true });
      void cache.invalidateQueries({ queryKey: fairUseQuery.queryKey });
    },
    onError: (error) => toast(error.message),
  });
  return (
    <>
      <Button size="sm" icon="trash" disabled={remove.isPending} onClick={() => setOpen(true)}>
        {tr("Delete")}
      </Button>
      <Dialog
        open={open}
        title={tr("Delete {name}?", { name: upload.name })}
        onClose={() => setOpen(false)}
        actions={
          <>
            <Button onClick={() => setOpen(false)}>{tr("Keep it")}</Button>
            <Button
              kind="primary"
              onClick={() => {
                setOpen(false);
                remove.mutate();
              }}
            >
              {tr("Delete")}
            </Button>
          </>
        }
      >
        <p className="m2">{tr("The model, its examination and its recorded lives are deleted, which frees {size}. Your own file is not touched.", { size: format.bytes(upload.total_bytes) })}</p>
      </Dialog>
    </>
  );
}
