import { useState } from "react";
import { ApiError, client, unwrap } from "@/api";
import type { Classroom, LoginCard, Member } from "@/api";
import { Button, Dialog, ErrorText, format, Icon, Pawn, pawnColor } from "@/ui";
import { tr } from "@/words";
import { useDeed } from "./deeds";

interface Props {
  classroom: Classroom;
  instructor: boolean;
  onCards: (cards: LoginCard[]) => void;
}

const ROLES = { instructor: tr("Instructor"), assistant: tr("Assistant"), student: tr("Student"), guest: tr("Guest") } as const;

/** Everyone in the class, what may be done about each, and cards for those who are still to come. */
export function People({ classroom, instructor, onCards }: Props) {
  const [leaving, setLeaving] = useState<Member>();
  const at = (member: string) => ({ params: { path: { id: classroom.id, member } } });
  const appoint = useDeed(classroom.id, ({ id, role }: Member) =>
    unwrap(client.PATCH("/api/v1/classes/{id}/members/{member}", { ...at(id), body: { role: role === "student" ? "assistant" : "student" } })),
  );
  const card = useDeed(
    classroom.id,
    (member: string) => unwrap(client.POST("/api/v1/classes/{id}/members/{member}/card", at(member))),
    (made) => onCards([made]),
  );
  const remove = useDeed(classroom.id, (member: string) => unwrap(client.DELETE("/api/v1/classes/{id}/members/{member}", at(member))));
  return (
    <section className="card people" aria-label={tr("People")}>
      <h2 className="h2">{tr("People")}</h2>
      <ul>
        {classroom.members.map((member) => (
          <li key={member.id}>
            <span className="who">
              {member.pawn ? <Pawn size={24} body={pawnColor(member.pawn)} /> : <Icon name="user" size={20} />}
              <span>
                <b>{member.name}</b>
                <small>
                  {ROLES[member.role]}
                  {member.last_login ? ` · ${tr("came in {ago}", { ago: format.ago(member.last_login) })}` : ` · ${tr("has not come in yet")}`}
                </small>
              </span>
            </span>
            <span className="acts">
              {instructor && (member.role === "student" || member.role === "assistant") && (
                <Button size="sm" kind="ghost" onClick={() => appoint.mutate(member)}>
                  {member.role === "student" ? tr("Make assistant") : tr("Make student")}
                </Button>
              )}
              {!member.account && (
                <Button size="sm" kind="ghost" icon="identification-card" onClick={() => card.mutate(member.id)}>
                  {tr("New card")}
                </Button>
              )}
              {(member.role === "student" || (instructor && member.role === "assistant")) && (
                <Button size="sm" kind="ghost" icon="user-minus" aria-label={tr("Remove {name}", { name: member.name })} onClick={() => setLeaving(member)} />
              )}
            </span>
          </li>
        ))}
      </ul>
      <NewCards classroom={classroom} onCards={onCards} />
      <Dialog
        open={leaving !== undefined}
        title={tr("Remove {name}?", { name: leaving?.name ?? "" })}
        onClose={() => setLeaving(undefined)}
        actions={
          <>
            <Button onClick={() => setLeaving(undefined)}>{tr("Keep")}</Button>
            <Button
              kind="primary"
              onClick={() => {
                if (leaving) remove.mutate(leaving.id);
                setLeaving(undefined);
              }}
            >
              {leaving?.account ? tr("Remove from class") : tr("Delete this student")}
            </Button>
          </>
        }
      >
        <p className="m2">
          {leaving?.account
            ? tr("They keep their account and see the runs of this class no more.")
            : tr("Their nickname, notes and everything else of theirs is deleted, and their pages close at once. This cannot be undone.")}
        </p>
      </Dialog>
    </section>
  );
}

function NewCards({ classroom, onCards }: { classroom: Classroom; onCards: (cards: LoginCard[]) => void }) {
  const [text, setText] = useState("");
  const names = text.split(/[\n\t;]+/).map((name) => name.trim()).filter(Boolean);
  const make = useDeed(
    classroom.id,
    () => unwrap(client.POST("/api/v1/classes/{id}/cards", { params: { path: { id: classroom.id } }, body: { names } })),
    ({ items }) => onCards(items),
  );
  const error = make.error instanceof ApiError ? make.error.field("names") : undefined;
  return (
    <div className="cards-new">
      <label htmlFor="card-names">{tr("Log-in cards, for students on shared machines")}</label>
      <textarea id="card-names" className="input" rows={4} placeholder={tr("Paste names, one a line")} aria-invalid={error ? true : undefined} value={text} onChange={(event) => setText(event.target.value)} />
      {error && <ErrorText>{error}</ErrorText>}
      <Button icon="identification-card" disabled={names.length === 0 || make.isPending} onClick={() => make.mutate(undefined)}>
        {make.isPending ? tr("Making cards") : names.length > 0 ? tr("Make {n} card|Make {n} cards", { n: names.length }) : tr("Make cards")}
      </Button>
    </div>
  );
}
