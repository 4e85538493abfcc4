import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { FormEvent } from "react";
import { Link, useNavigate } from "react-router";
import { ApiError, classesQuery, classQuery, client, meQuery, unwrap } from "@/api";
import { LabBar } from "@/chrome";
import { paths } from "@/paths";
import { Button, Empty, Field, format, Icon, Skeleton, Strip, Waiting } from "@/ui";
import { tr } from "@/words";
import "./classes.css";

/** The classes one looks after, and the making of another. */
export function Classes() {
  const me = useQuery(meQuery).data;
  const classes = useQuery({ ...classesQuery, enabled: me?.crew === true });
  if (me && !me.crew) return <CrewOnly />;
  return (
    <>
      <title>{`${tr("Classes")} · Hamlet`}</title>
      <LabBar page="classes" />
      <main className="classes" id="main" tabIndex={-1}>
        <div className="head">
          <h1>{tr("Classes")}</h1>
        </div>
        {classes.isError && <Strip kind="bad" action={<Button size="sm" onClick={() => void classes.refetch()}>{tr("Try again")}</Button>}>{classes.error.message}</Strip>}
        <div className="halves">
          <section className="card rows" aria-label={tr("Your classes")}>
            {classes.data?.length === 0 && <Empty title={tr("No class yet")}>{tr("A class shares its runs, and its students join with a code.")}</Empty>}
            {classes.data?.map((one) => (
              <Link key={one.id} to={paths.classroom(one.id)}>
                <b>{one.name}</b>
                <small>
                  {tr("{n} student · {owner} · since {moment}|{n} students · {owner} · since {moment}", { n: one.students, owner: one.owner, moment: format.moment(one.created_at) })}
                </small>
                {one.join_code ? <span className="aloud">{one.join_code}</span> : <span className="chip">{tr("closed for joining")}</span>}
                <Icon name="caret-right" />
              </Link>
            ))}
            {!classes.data && (
              <Waiting>
                <Skeleton height={64} radius={14} />
              </Waiting>
            )}
          </section>
          {me?.user?.role === "instructor" && <NewClass />}
        </div>
      </main>
    </>
  );
}

function NewClass() {
  const [name, setName] = useState("");
  const cache = useQueryClient();
  const navigate = useNavigate();
  const make = useMutation({
    mutationFn: () => unwrap(client.POST("/api/v1/classes", { body: { name } })),
    onSuccess: (made) => {
      cache.setQueryData(classQuery(made.id).queryKey, made);
      void cache.invalidateQueries({ queryKey: meQuery.queryKey });
      void cache.invalidateQueries({ queryKey: classesQuery.queryKey, exact: true });
      void navigate(paths.classroom(made.id));
    },
  });
  const error = make.error instanceof ApiError ? make.error : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!make.isPending) make.mutate();
  };
  return (
    <form className="card inset" onSubmit={submit} noValidate>
      <h2 className="h2">{tr("New class")}</h2>
      {error && error.fields.length === 0 && <Strip kind="bad">{error.message}</Strip>}
      <Field label={tr("Name")} name="class" maxLength={60} placeholder={tr("RL 204, autumn lab")} autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} error={error?.field("name")} />
      <Button kind="primary" icon="plus" iconWeight="bold" type="submit" disabled={make.isPending}>
        {tr("Make class")}
      </Button>
    </form>
  );
}

export function CrewOnly() {
  return (
    <>
      <LabBar page="classes" />
      <main id="main" className="mid">
        <Empty level={1} title={tr("Instructors and assistants look after classes")} action={<Link className="btn primary" to={paths.home()}>{tr("Watch the runs")}</Link>}>
          {tr("Your class is the one you joined; its runs are on the first page.")}
        </Empty>
      </main>
    </>
  );
}
