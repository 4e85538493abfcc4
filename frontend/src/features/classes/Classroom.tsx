import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { classQuery, client, meQuery, unwrap } from "@/api";
import type { Classroom as Class, LoginCard } from "@/api";
import { LabBar } from "@/chrome";
import { paths } from "@/paths";
import { Button, Empty, Skeleton, toast, Waiting } from "@/ui";
import { tr } from "@/words";
import { CardSheet } from "./CardSheet";
import { CrewOnly } from "./Classes";
import { Guests } from "./Guests";
import { JoinCard } from "./JoinCard";
import { Lesson, Limits } from "./Lesson";
import { People } from "./People";
import "./classes.css";

/** One class: who is in it, how students and guests come in. */
export function Classroom() {
  const { id = "" } = useParams();
  const me = useQuery(meQuery).data;
  const found = useQuery({ ...classQuery(id), enabled: me?.crew === true });
  const [cards, setCards] = useState<LoginCard[]>([]);
  if (me && !me.crew) return <CrewOnly />;
  const classroom = found.data;
  if (classroom && cards.length > 0) return <CardSheet classroom={classroom} cards={cards} done={() => setCards([])} />;
  return (
    <>
      <title>{classroom ? `${classroom.name} · Hamlet` : `${tr("Class")} · Hamlet`}</title>
      <LabBar page="classes" />
      {classroom ? (
        <main className="classes" id="main" tabIndex={-1}>
          <div className="head">
            <div>
              <h1>{classroom.name}</h1>
              <p>
                {tr("{n} student, made by {owner}|{n} students, made by {owner}", { n: classroom.students, owner: classroom.owner })}
              </p>
            </div>
            <span className="grow" />
            <ShowRuns classroom={classroom} />
          </div>
          <div className="halves">
            <People classroom={classroom} instructor={me?.user?.role === "instructor"} onCards={setCards} />
            <div className="stack">
              <JoinCard classroom={classroom} />
              <Lesson classroom={classroom} />
              <Limits classroom={classroom} instructor={me?.user?.role === "instructor"} />
              <Guests classroom={classroom} />
            </div>
          </div>
        </main>
      ) : found.isError ? (
        <main id="main" className="mid">
          <Empty level={1} title={tr("There is no such class")} action={<Link className="btn primary" to={paths.classes()}>{tr("Classes")}</Link>}>
            {found.error.message}
          </Empty>
        </main>
      ) : (
        <Waiting>
          <div className="classes">
            <Skeleton height={420} radius={14} />
          </div>
        </Waiting>
      )}
    </>
  );
}

/** Makes this class the current one, and goes to its runs. */
function ShowRuns({ classroom }: { classroom: Class }) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const choose = useMutation({
    mutationFn: () => unwrap(client.PATCH("/api/v1/me", { body: { classroom: classroom.id } })),
    onSuccess: (me) => {
      cache.setQueryData(meQuery.queryKey, me);
      void navigate(paths.home());
    },
    onError: (error) => toast(error.message),
  });
  return (
    <Button kind="primary" size="lg" icon="stack" onClick={() => choose.mutate()}>
      {tr("Runs of this class")}
    </Button>
  );
}
