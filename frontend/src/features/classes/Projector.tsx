import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "react-router";
import { classQuery } from "@/api";
import { downloads, paths } from "@/paths";
import { Button, Empty, Logo, useKeys } from "@/ui";
import { rich, tr } from "@/words";
import "./classes.css";

/** The code for the whole room: readable from the back row. */
export function Projector() {
  const { id = "" } = useParams();
  const navigate = useNavigate();
  const found = useQuery(classQuery(id));
  const back = () => void navigate(paths.classroom(id));
  useKeys({ Escape: back });
  const classroom = found.data;
  if (!classroom?.join_code) {
    return (
      <main id="main" className="mid">
        {found.isFetched && (
          <Empty level={1} title={classroom ? tr("The class is closed for joining") : tr("There is no such class")} action={<Link className="btn primary" to={classroom ? paths.classroom(id) : paths.classes()}>{tr("Back")}</Link>} />
        )}
      </main>
    );
  }
  return (
    <main className="projector" id="main">
      <title>{`${tr("Join {name}", { name: classroom.name })} · Hamlet`}</title>
      <p className="brand">
        <Logo />
        {classroom.name}
      </p>
      <img src={downloads.joinQr(classroom.id, classroom.join_code)} alt={tr("QR code of the address to join at")} />
      <p>
        {rich("Open <b>{host}</b> and type", { host: window.location.host + paths.join() })}
      </p>
      <h1 className="aloud">{classroom.join_code}</h1>
      <p className="m2" role="status">
        {tr("{n} student is in|{n} students are in", { n: classroom.students })}
      </p>
      <Button icon="x" aria-label={tr("Back to the class")} className="sq leave" kind="ghost" onClick={back} />
    </main>
  );
}
