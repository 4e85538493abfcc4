import { useState } from "react";
import { client, unwrap } from "@/api";
import type { Classroom } from "@/api";
import { paths } from "@/paths";
import { Button, Copy, format, Segmented } from "@/ui";
import { rich, tr } from "@/words";
import { useDeed } from "./deeds";

const SPANS = [
  { value: "2", label: tr("2 hours") },
  { value: "24", label: tr("1 day") },
  { value: "168", label: tr("1 week") },
] as const;
type Span = (typeof SPANS)[number]["value"];

/** Links for guests, who look and change nothing. */
export function Guests({ classroom }: { classroom: Classroom }) {
  const [span, setSpan] = useState<Span>("2");
  const [made, setMade] = useState<{ id: string; address: string }>();
  const invite = useDeed(
    classroom.id,
    () => unwrap(client.POST("/api/v1/classes/{id}/guests", { params: { path: { id: classroom.id } }, body: { hours: Number(span) } })),
    (link) => setMade({ id: link.id, address: window.location.origin + paths.guest(link.secret) }),
  );
  const revoke = useDeed(classroom.id, (link: string) =>
    unwrap(client.DELETE("/api/v1/classes/{id}/guests/{link}", { params: { path: { id: classroom.id, link } } })),
  );
  const shown = made && classroom.guests.some((link) => link.id === made.id) ? made : undefined;
  return (
    <section className="card inset" aria-label={tr("Guests")}>
      <h2 className="h2">{tr("Guests")}</h2>
      <p className="m2">{tr("A guest link shows the class’s runs to whoever has it, until it ends or you take it back.")}</p>
      {shown && (
        <div className="callout info">
          <span>
            {rich("Copy it now, it is shown this once: {address}", { address: <b className="mono">{shown.address}</b> })}
          </span>
          <Copy text={shown.address} label={tr("Copy the guest link")} />
        </div>
      )}
      {classroom.guests.length > 0 && (
        <ul className="links">
          {classroom.guests.map((link) => (
            <li key={link.id}>
              <span>
                {tr("Until {moment}", { moment: format.moment(link.expires_at) })}
                <small>{link.last_login ? tr("last used {ago}", { ago: format.ago(link.last_login) }) : tr("not used yet")}</small>
              </span>
              <Button size="sm" onClick={() => revoke.mutate(link.id)}>
                {tr("Revoke")}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <div className="acts">
        <Segmented label={tr("How long the link works")} options={SPANS} value={span} onChange={setSpan} />
        <Button size="sm" icon="link-simple" disabled={invite.isPending} onClick={() => invite.mutate(undefined)}>
          {tr("Make link")}
        </Button>
      </div>
    </section>
  );
}
