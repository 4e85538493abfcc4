import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import type { Level, Recording, Run } from "@/api";
import { paths } from "@/paths";
import { format, Icon, Segmented } from "@/ui";
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
  const about = whose === "exam" ? `of ${format.count(exam?.lives ?? 0)} examined lives` : "all lives of training";
  return (
    <section className="card below deaths" aria-label="Deaths">
      <header>
        <h2>Deaths</h2>
        <span className="sub">by root cause, {about}</span>
      </header>
      {exam && (
        <Segmented
          label="Whose deaths"
          options={[
            { value: "training", label: "In training" },
            { value: "exam", label: "Last examination" },
          ]}
          value={whose}
          onChange={setWhose}
        />
      )}
      {parts.length > 0 ? (
        <div className="shares" role="group" aria-label="Root causes; press one to filter the list">
          {parts.map(({ meter, count }) => (
            <button
              key={meter.name}
              type="button"
              aria-pressed={root === meter.name}
              aria-label={`${meter.title}: ${format.count(count)} of ${format.count(total)} deaths`}
              title={`${meter.title}: ${format.count(count)} of ${format.count(total)}`}
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
          {counts ? (whose === "exam" ? "Nobody died in the last examination." : "Nobody has died yet.") : (none ?? "Being counted")}
        </p>
      )}
      <List run={run} level={level} kept={kept} root={root} />
    </section>
  );
}

const LISTED = 4;

function List({ run, level, kept, root }: { run: Run; level: Level; kept: Recording[]; root: string | null }) {
  const meterOf = (name: string | null) => level.meters.find((meter) => meter.name === name);
  if (!kept.length) return <p className="empty">No recorded life {root === null ? "has ended in death yet" : `died with ${meterOf(root)?.title.toLowerCase() ?? root} at the root`}.</p>;
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
                <b>{one.died_of ? deathTitle(level, one.died_of) : "Died"}</b>
                {from && one.root !== one.died_of && <> from {from.title.toLowerCase()}</>}
              </span>
              {from && <Icon name={from.icon} weight="fill" className="root" style={{ ["--c" as string]: hueOf(from) }} />}
              <b className="steps">{format.count(one.steps)} steps</b>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
