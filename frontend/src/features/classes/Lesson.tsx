import { useState } from "react";
import { client, unwrap } from "@/api";
import type { ClassLimits, Classroom } from "@/api";
import { useClock } from "@/chrome";
import { Button, format, Icon } from "@/ui";
import { rich, tr } from "@/words";
import { useDeed } from "./deeds";

const MINUTES = [10, 45, 90] as const;
const GB = 1e9;

/** When the present lesson ends: runs of the class stop in time, each with its model. */
export function Lesson({ classroom }: { classroom: Classroom }) {
  const [time, setTime] = useState("");
  const now = useClock(true);
  const set = useDeed(classroom.id, (bell_at: Date | null) =>
    unwrap(client.PATCH("/api/v1/classes/{id}", { params: { path: { id: classroom.id } }, body: { bell_at: bell_at?.toISOString() ?? null } })),
  );
  const at = classroom.bell_at;
  const left = at === null ? null : (Date.parse(at) - now) / 1_000;
  return (
    <section className="card inset" aria-label={tr("Until the bell")}>
      <h2 className="h2">{tr("Until the bell")}</h2>
      {at === null || left === null ? (
        <p className="m2">{tr("Set when the lesson ends: runs of the class stop in time, and everyone has a model.")}</p>
      ) : left > 0 ? (
        <p className="bell" role="status">
          <Icon name="bell" />
          <span>{rich("<b>{time}</b>, in {left}. Runs stop in time, each with its model.", { time: format.clock(at), left: format.duration(left) })}</span>
        </p>
      ) : (
        <p className="bell" role="status">
          <Icon name="bell" />
          <span>{tr("The lesson ended at {time}. Students launch runs again when you set another end, or none.", { time: format.clock(at) })}</span>
        </p>
      )}
      <div className="acts">
        {at !== null && left !== null && left > 0 ? (
          <Button size="sm" disabled={set.isPending} onClick={() => set.mutate(later(5, Date.parse(at)))}>
            {tr("{n} min more", { n: 5 })}
          </Button>
        ) : (
          MINUTES.map((minutes) => (
            <Button key={minutes} size="sm" disabled={set.isPending} onClick={() => set.mutate(later(minutes))}>
              {tr("In {n} min", { n: minutes })}
            </Button>
          ))
        )}
        <input className="input" type="time" aria-label={tr("Time of the bell")} value={time} onChange={(event) => setTime(event.target.value)} />
        <Button size="sm" disabled={time === "" || set.isPending} onClick={() => set.mutate(nextAt(time))}>
          {tr("Set")}
        </Button>
        {at !== null && (
          <Button size="sm" kind="ghost" disabled={set.isPending} onClick={() => set.mutate(null)}>
            {tr("No bell")}
          </Button>
        )}
      </div>
    </section>
  );
}

const later = (minutes: number, from = Date.now()) => new Date(from + minutes * 60_000);

/** The next time that a clock here shows "10:45". */
function nextAt(time: string): Date {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  const at = new Date();
  at.setHours(hours, minutes, 0, 0);
  if (at.getTime() <= Date.now()) at.setDate(at.getDate() + 1);
  return at;
}

const ROWS = [
  { what: "runs", label: "Runs at once", unit: 1 },
  { what: "minutes", label: "Minutes trained in 24 hours", unit: 1 },
  { what: "bytes", label: "GB of files", unit: GB },
] as const;
const WHOSE = [
  { whose: "student", label: "Each student" },
  { whose: "class", label: "The class together" },
] as const;

/** How much runs of the class may use. An empty field is no limit; assistants see what instructors have set. */
export function Limits({ classroom, instructor }: { classroom: Classroom; instructor: boolean }) {
  const [typed, setTyped] = useState<Partial<Record<keyof ClassLimits, string>>>({});
  const save = useDeed(
    classroom.id,
    (limits: Partial<ClassLimits>) => unwrap(client.PATCH("/api/v1/classes/{id}", { params: { path: { id: classroom.id } }, body: limits })),
    () => setTyped({}),
  );
  const changes = Object.fromEntries(
    ROWS.flatMap(({ what, unit }) =>
      WHOSE.flatMap(({ whose }) => {
        const text = typed[`${whose}_${what}`]?.trim();
        return text === undefined ? [] : [[`${whose}_${what}`, text === "" ? null : Math.round(Number(text) * unit)]];
      }),
    ),
  ) as Partial<ClassLimits>;
  return (
    <section className="card inset" aria-label={tr("Fair use")}>
      <h2 className="h2">{tr("Fair use")}</h2>
      <p className="m2">{tr("What runs of the class may use; uploaded models count among the files. An empty field is no limit, 0 runs is none.")}</p>
      <div className="limits">
        <span />
        {WHOSE.map(({ whose, label }) => (
          <b key={whose}>{tr(label)}</b>
        ))}
        {ROWS.map(({ what, label, unit }) => (
          <div key={what} className="limit">
            <span>{tr(label)}</span>
            {WHOSE.map(({ whose, label: who }) => {
              const name = `${whose}_${what}` as const;
              const value = classroom.limits[name];
              return (
                <input
                  key={whose}
                  className="input"
                  type="number"
                  min={0}
                  step={unit === 1 ? 1 : 0.1}
                  aria-label={`${tr(label)}, ${tr(who)}`}
                  placeholder={tr("no limit")}
                  disabled={!instructor}
                  value={typed[name] ?? (value === null ? "" : String(value / unit))}
                  onChange={(event) => setTyped({ ...typed, [name]: event.target.value })}
                />
              );
            })}
          </div>
        ))}
      </div>
      {instructor && (
        <div className="acts">
          <Button size="sm" disabled={Object.keys(changes).length === 0 || save.isPending} onClick={() => save.mutate(changes)}>
            {tr("Save limits")}
          </Button>
        </div>
      )}
    </section>
  );
}
