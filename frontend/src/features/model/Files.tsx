import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client, modelsQuery, unwrap } from "@/api";
import type { Checkpoint, Model, Run } from "@/api";
import { downloads } from "@/paths";
import { Button, Copy, ErrorText, format, Icon } from "@/ui";
import { tr } from "@/words";
import { checkpointSize, FORMATS, isOf, preferred, suffix } from "./files";
import type { Kind, Moment } from "./files";

interface Props {
  run: Run;
  moment: Moment;
  checkpoint: Checkpoint | undefined;
  instructor: boolean;
}

/** The files of one moment, their sizes on one scale, and the fingerprint of the chosen one. */
export function Files({ run, moment, checkpoint, instructor }: Props) {
  const [chosen, setChosen] = useState<string>();
  const shown = moment.models.find((model) => model.id === chosen) ?? preferred(moment.models);
  const whole = checkpointSize(moment, checkpoint);
  const scale = Math.max(1, whole ?? 0, ...moment.models.map((model) => model.bytes));
  const make = useExport(run.id, checkpoint?.id ?? moment.models[0]?.checkpoint ?? null);
  const row = (kind: Kind) => {
    const { icon, use } = kind;
    const model = moment.models.find((other) => isOf(other, kind));
    if (model) return <FileRow key={suffix(kind)} model={model} icon={icon} use={use} scale={scale} on={model === shown} onChoose={() => setChosen(model.id)} />;
    const busy = make.isPending && make.variables === kind;
    return (
      <div className="fm" key={suffix(kind)}>
        <Icon name={icon} className="ty" />
        <b className="m3">{suffix(kind)}</b>
        <span className="sz empty" />
        <span className="n m3">–</span>
        <Button size="sm" icon="export" disabled={busy} aria-label={tr("Export {kind}: {use}", { kind: suffix(kind), use })} onClick={() => make.mutate(kind)}>
          <span>{busy ? tr("Exporting") : tr("Export")}</span>
        </Button>
      </div>
    );
  };
  return (
    <section className="card files" aria-label={tr("Files")}>
      {FORMATS.map(row)}
      {make.error && (
        <div className="fm note">
          <ErrorText>{make.error.message}</ErrorText>
        </div>
      )}
      {whole !== null && (
        <div className="fm">
          <Icon name="archive" className="ty" />
          <b title={tr("Everything the run needs to go on training")}>{checkpoint?.file ?? tr("training checkpoint")}</b>
          <span className="sz">
            <i style={{ width: `${(whole / scale) * 100}%` }} />
          </span>
          <span className="n">{format.bytes(whole)}</span>
          {instructor && checkpoint ? (
            <a className="btn sm" href={downloads.checkpoint(checkpoint.id)} download aria-label={tr("Resume training: {file}", { file: checkpoint.file })}>
              <Icon name="download-simple" />
              <span>{tr("Resume training")}</span>
            </a>
          ) : (
            <span className="m3 only">{tr("for instructors")}</span>
          )}
        </div>
      )}
      {(["csv", "parquet"] as const).map((kind) => (
        <div className="fm" key={kind}>
          <Icon name="chart-line-up" className="ty" />
          <b title={tr("Every row of the run’s learning curve")}>{`metrics.${kind}`}</b>
          <span className="sz none" />
          <span />
          <a className="btn sm" href={downloads.metrics[kind](run.id)} download={`${run.name}.${kind}`} aria-label={tr("Learning curve: metrics.{kind}", { kind })}>
            <Icon name="download-simple" />
            <span>{tr("Learning curve")}</span>
          </a>
        </div>
      ))}
      {shown && (
        <div className="sha">
          <Icon name="fingerprint-simple" />
          <b>sha256</b>
          <code title={shown.sha256}>{shown.sha256}</code>
          <span className="grow" />
          <Copy text={shown.sha256} label={tr("Copy the sha256 of {file}", { file: shown.file })} />
        </div>
      )}
    </section>
  );
}

interface RowProps {
  model: Model;
  icon: string;
  use: string;
  scale: number;
  on: boolean;
  onChoose: () => void;
}

function FileRow({ model, icon, use, scale, on, onChoose }: RowProps) {
  return (
    <div className={on ? "fm on" : "fm"}>
      <Icon name={icon} className="ty" />
      <button type="button" className="pickfile" aria-pressed={on} title={tr("{file}: show its sha256", { file: model.file })} onClick={onChoose}>
        {model.file}
      </button>
      <span className="sz">
        <i style={{ width: `${(model.bytes / scale) * 100}%` }} />
      </span>
      <span className="n">{format.bytes(model.bytes)}</span>
      <a className="btn sm" href={downloads.model(model.id)} download aria-label={`${use}: ${model.file}`}>
        <Icon name="download-simple" />
        <span>{use}</span>
      </a>
    </div>
  );
}

function useExport(run: string, checkpoint: string | null) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ format, precision }: Kind) =>
      unwrap(client.POST("/api/v1/runs/{id}/models", { params: { path: { id: run } }, body: { format, precision, ...(checkpoint && { checkpoint }) } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: modelsQuery(run).queryKey }),
  });
}
