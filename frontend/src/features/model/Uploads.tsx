import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { levelsQuery, uploadsQuery } from "@/api";
import type { Upload } from "@/api";
import { LabBar, networkTitle } from "@/chrome";
import { paths } from "@/paths";
import { Button, Empty, format, Pawn, Skeleton, Waiting } from "@/ui";
import { tr } from "@/words";
import { Drop } from "./Drop";
import { States } from "./States";
import "./model.css";

/** The models a person brought along, and the place to bring another. */
export function Uploads() {
  const uploads = useQuery(uploadsQuery);
  const levels = useQuery(levelsQuery).data ?? [];
  const title = (upload: Upload) => levels.find(({ name }) => name === (upload.played ?? upload.level))?.title ?? upload.level;
  return (
    <>
      <title>{`${tr("Models")} · Hamlet`}</title>
      <LabBar page="models" launch={false} />
      <main className="brought" id="main" tabIndex={-1}>
        <h1>{tr("Models you brought along")}</h1>
        <p className="m2">{tr("From an older HAMLET, or trained at home. Each is examined on held-out lives, and some of them can be watched. Only you see them.")}</p>
        <Drop largest={uploads.data?.largest} />
        {uploads.data ? (
          uploads.data.items.length > 0 ? (
            <ul className="card uplist" aria-label={tr("Uploaded models")}>
              {uploads.data.items.map((upload) => (
                <li key={upload.id}>
                  <Link to={paths.upload(upload.id)}>
                    <b>{upload.name}</b>
                    <small>
                      {title(upload)}, {networkTitle(upload.network)}, {format.bytes(upload.total_bytes)}
                    </small>
                  </Link>
                  <span className="upmean">{upload.evaluation && tr("{steps} steps on average", { steps: format.count(Math.round(upload.evaluation.mean)) })}</span>
                  <States upload={upload} />
                  <time className="m3" dateTime={upload.created_at}>
                    {format.ago(upload.created_at)}
                  </time>
                </li>
              ))}
            </ul>
          ) : (
            <div className="card">
              <Empty title={tr("No model yet")} picture={<Pawn faint size={54} />}>
                {tr("Models of the runs here are on each run’s own Model page.")}
              </Empty>
            </div>
          )
        ) : uploads.error ? (
          <div className="card">
            <Empty title={tr("The list did not come")} action={<Button kind="primary" onClick={() => void uploads.refetch()}>{tr("Try again")}</Button>}>
              {uploads.error.message}
            </Empty>
          </div>
        ) : (
          <Waiting>
            <Skeleton height={180} radius={14} />
          </Waiting>
        )}
      </main>
    </>
  );
}
