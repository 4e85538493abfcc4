import type { Run } from "@/api";
import type { Group } from "./groups";
import { hueAt } from "./look";

interface Props {
  groups: readonly Group[];
  title: string;
  sub: string;
  /** what one run has; null where it is not known */
  of: (run: Run) => number | null;
  say: (value: number) => string;
}

/** One number a curve, as a dot on a common line: every seed a ring, their mean filled. */
export function Dots({ groups, title, sub, of, say }: Props) {
  const rows = groups.map(({ key, name, runs }) => {
    const values = runs.flatMap((run) => of(run) ?? []);
    return { key, name, values, mean: values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null };
  });
  const most = Math.max(1e-9, ...rows.flatMap(({ values }) => values)) * 1.04;
  return (
    <section className="card" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <span className="sub">{sub}</span>
      </header>
      <ul className="dots">
        {rows.map(({ key, name, values, mean }, i) => (
          <li key={key} style={{ ["--c" as string]: hueAt(i) }}>
            <span className="who">{name}</span>
            <span className="track" aria-hidden="true">
              {mean !== null && <i className="to" style={{ width: `${(mean / most) * 100}%` }} />}
              {values.length > 1 && values.map((value, j) => <i key={j} className="ring" style={{ left: `${(value / most) * 100}%` }} />)}
              {mean !== null && <i className="full" style={{ left: `${(mean / most) * 100}%` }} />}
            </span>
            <b>{mean === null ? "–" : say(mean)}</b>
          </li>
        ))}
      </ul>
    </section>
  );
}
