import type { FairUse, Workers } from "@/api";
import { useClock } from "@/chrome";
import { format } from "@/ui";
import { tr } from "@/words";

type Bound = NonNullable<FairUse["own"]>;
const minutes = (value: number) => format.count(Math.round(value));

/** What one may use before one launches: one's own, and where it has limits, the class's. */
export function Fair({ fair: { classroom, own, together } }: { fair: FairUse }) {
  return (
    <section className="card" aria-label={tr("Fair use")}>
      <h2>{tr("Fair use in {name}", { name: classroom?.name ?? "" })}</h2>
      {own && <Rows bound={own} />}
      {together && [together.runs, together.minutes, together.bytes].some(({ limit }) => limit !== null) && (
        <>
          <h2 className="next">{tr("All of the class together")}</h2>
          <Rows bound={together} />
        </>
      )}
    </section>
  );
}

function Rows({ bound: { runs, minutes: trained, bytes } }: { bound: Bound }) {
  return (
    <dl className="est fair">
      <Row share={runs} amount={format.count} what={tr("runs queued or training")} />
      <Row share={trained} amount={minutes} what={tr("minutes trained in 24 hours")} />
      <Row share={bytes} amount={format.bytes} what={tr("of checkpoints, lives, models, films, uploads")} />
    </dl>
  );
}

function Row({ share: { used, limit }, amount, what }: { share: Bound["runs"]; amount: (value: number) => string; what: string }) {
  return (
    <div>
      <dt className={limit !== null && used >= limit ? "full" : undefined}>
        {amount(used)}
        {limit !== null && ` ${tr("of {limit}", { limit: amount(limit) })}`}
      </dt>
      <dd>{what}</dd>
    </div>
  );
}

/** When it would begin, and whether the bell leaves it time. */
export function Line({ workers, fair: { queue, wait, bell_at } }: { workers: Workers; fair: FairUse }) {
  const now = useClock(bell_at !== null);
  const left = bell_at === null ? null : (Date.parse(bell_at) - now) / 1_000;
  return (
    <>
      {wait === null ? (
        <p className="hint">{tr("No trainer is running: it waits in line until one starts.")}</p>
      ) : (
        wait >= 1 && (
          <p className="hint">
            {workers.free === 0 && tr("All trainers are busy: {place} in line.", { place: format.ordinal(queue + 1).toLowerCase() })}{" "}
            {tr("It begins in about {wait}.", { wait: format.duration(wait) })}
          </p>
        )
      )}
      {left !== null && left > 0 && (
        <p className="hint">
          {tr("The lesson ends at {time}, in {left}: the run stops then, with its model.", { time: format.clock(bell_at ?? ""), left: format.duration(left) })}
          {wait !== null && wait > left && ` ${tr("It begins only just before, for a first short turn.")}`}
        </p>
      )}
    </>
  );
}
