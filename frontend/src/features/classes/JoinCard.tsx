import { Link } from "react-router";
import { client, unwrap } from "@/api";
import type { Classroom } from "@/api";
import { downloads, paths } from "@/paths";
import { Button, Copy, Strip } from "@/ui";
import { tr } from "@/words";
import { useDeed } from "./deeds";

/** Names that mean "this very machine": nobody else reaches it by them. */
const own = (host: string) => host === "localhost" || host === "[::1]" || host.startsWith("127.");

/** How students come in: the code, its address and its picture. */
export function JoinCard({ classroom }: { classroom: Classroom }) {
  const path = { id: classroom.id };
  const renew = useDeed(classroom.id, () => unwrap(client.POST("/api/v1/classes/{id}/code", { params: { path } })));
  const close = useDeed(classroom.id, () => unwrap(client.DELETE("/api/v1/classes/{id}/code", { params: { path } })));
  const code = classroom.join_code;
  return (
    <section className="card inset" aria-label={tr("Joining")}>
      <h2 className="h2">{tr("Students join with")}</h2>
      {code ? (
        <>
          <div className="joins">
            <img src={downloads.joinQr(classroom.id, code)} alt={tr("QR code of the address to join at")} width={132} height={132} />
            <div>
              <p className="aloud big">{code}</p>
              <p className="m2 address">
                {window.location.host}
                {paths.join()}
                <Copy text={window.location.origin + paths.join(code)} label={tr("Copy the address")} />
              </p>
              <Link className="btn" to={paths.projector(classroom.id)}>
                {tr("Show on projector")}
              </Link>
            </div>
          </div>
          {own(window.location.hostname) && (
            <Strip kind="warn">
              {tr("Only this machine knows the address {host}. For a class, start Hamlet with HAMLET_HOST=0.0.0.0 and open it by the address it prints.", { host: window.location.host })}
            </Strip>
          )}
        </>
      ) : (
        <p className="m2">{tr("The class is closed: nobody joins, whoever is in stays in.")}</p>
      )}
      <div className="acts">
        <Button size="sm" disabled={renew.isPending} onClick={() => renew.mutate(undefined)}>
          {code ? tr("New code") : tr("Open for joining")}
        </Button>
        {code && (
          <Button size="sm" disabled={close.isPending} onClick={() => close.mutate(undefined)}>
            {tr("Close for joining")}
          </Button>
        )}
      </div>
    </section>
  );
}
