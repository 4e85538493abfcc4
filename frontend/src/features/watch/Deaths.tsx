import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import type { Level, Recording, Run } from "@/api";
import { paths } from "@/paths";
import { format, Icon, Segmented } from "@/ui";
import { inner, tr } from "@/words";
import { shares } from "./census";
import type { Counted } from "./census";
import { deathTitle } from "./causes";
import { hueOf } from "./level";
import { evaluationsQuery, recordingsQuery } from "./queries";

type Whose = "training" | "exam";

/** What lives die of, by the meter at the root; below, the deaths that were kept and can be looked at. */
export function Deaths({ run, level, counted }: { run: Run; level: Level; counted: Counted }) {
  const exams = useQuery(evaluationsQuery(run.id)).data ?? [];
  const recordings = useQuery(recordingsQuery(run.id)).data ?? [];
  const [whose, setWhose] = useState<Whose>("training");
  const [root, setRoot] = useState<string | null>(null);
  const exam = exams.length ? exams.reduce((late, one) => (one.steps > late.steps ? one : late)) : null;
  const { census, none } = counted;
  const counts = whose === "exam" ? exam?.causes : census?.roots;
  const parts = counts ? shares(level, counts) : [];
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  const kept = recordings.filter((one) => one.cause === "death" && (root === null || one.root === root)).sort((a, b) => b.episode - a.episode);
  const about = whose === "exam" ? tr("by root cause, of {lives} examined lives", { lives: format.count(exam?.lives ?? 0) }) : tr("by root cause, all lives of training");
  return (
    <section className="card below deaths" aria-label={tr("Deaths")}>
      <header>
        <h2>{tr("Deaths")}</h2>
        <span className="sub">{about}</span>
      </header>
      {exam && (
        <Segmented
          label={tr("Whose deaths")}
          options={[
            { value: "training", label: tr("In training") },
            { value: "exam", label: tr("Last examination") },
          ]}
          value={whose}
          onChange={setWhose}
        />
      )}
      {parts.length > 0 ? (
        <div className="shares" role="group" aria-label={tr("Root causes; press one to filter the list")}>
          {parts.map(({ meter, count }) => (
            <button
              key={meter.name}
              type="button"
              aria-pressed={root === meter.name}
              aria-label={tr("{meter}: {count} of {total} deaths", { meter: meter.title, count: format.count(count), total: format.count(total) })}
              title={tr("{meter}: {count} of {total}", { meter: meter.title, count: format.count(count), total: format.count(total) })}
              style={{ flexGrow: count, ["--c" as string]: hueOf(meter) }}
              onClick={() => setRoot(root === meter.name ? null : meter.name)}
            >
              <Icon name={meter.icon} weight="fill" />
              <span>{format.count(count)}</span>
            </button>
          ))}
        </div>
      ) : (
        <p className="empty" role="status">
          {counts ? (whose === "exam" ? tr("Nobody died in the last examination.") : tr("Nobody has died yet.")) : (none ?? tr("Being counted"))}
        </p>
      )}
      <List run={run} level={level} kept={kept} root={root} />
    </section>
  );
}

const LISTED = 4;

function List({ run, level, kept, root }: { run: Run; level: Level; kept: Recording[]; root: string | null }) {
  const meterOf = (name: string | null) => level.meters.find((meter) => meter.name === name);
  if (!kept.length) return <p className="empty">{root === null ? tr("No recorded life has ended in death yet.") : tr("No recorded life died with {meter} at the root.", { meter: inner(meterOf(root)?.title ?? root) })}</p>;
  return (
    <ul className="graves">
      {kept.slice(0, LISTED).map((one) => {
        const from = meterOf(one.root);
        return (
          <li key={one.episode}>
            <Link to={paths.replay(run.id, one.episode)}>
              <Icon name="skull" weight="fill" />
              <span className="n">{format.count(one.episode)}</span>
              <span>
                <b>{one.died_of ? deathTitle(level, one.died_of) : tr("Died")}</b>
                {from && one.root !== one.died_of && <> {tr("from {meter}", { meter: inner(from.title) })}</>}
              </span>
              {from && <Icon name={from.icon} weight="fill" className="root" style={{ ["--c" as string]: hueOf(from) }} />}
              <b className="steps">{tr("{steps} steps", { steps: format.count(one.steps) })}</b>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
