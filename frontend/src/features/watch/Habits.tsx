import { useState } from "react";
import type { Level } from "@/api";
import { format, Icon, Segmented } from "@/ui";
import { tr } from "@/words";
import { habitsOf } from "./census";
import type { Counted, Habits as Known, Part } from "./census";
import { hueOf } from "./level";

const SHOWN = 10;
const WIDTH = 380;
const FLOOR = 128;
const HIGHEST = 100;
/** a bow thinner than this share of the thickest is left out of the picture, not of the table */
const FAINTEST = 0.02;

/** What follows what: bows from each place to the one used next, over the place's number of uses. */
export function Habits({ level, counted }: { level: Level; counted: Counted }) {
  const [part, setPart] = useState<Part>("all");
  const { census, none } = counted;
  const known = census && habitsOf(census, part, level.hours_per_day);
  return (
    <section className="card below" aria-label={tr("Habits")}>
      <header>
        <h2>{tr("Habits")}</h2>
        <span className="sub">{tr("what follows what, all lives")}</span>
      </header>
      {level.temporal && census && (
        <Segmented
          label={tr("Part of the day")}
          options={[
            { value: "all", label: tr("All hours") },
            { value: "day", label: tr("Day") },
            { value: "night", label: tr("Night") },
          ]}
          value={part}
          onChange={setPart}
        />
      )}
      {!known ? (
        <p className="empty" role="status">
          {none ?? tr("Being counted")}
        </p>
      ) : known.places.length === 0 ? (
        <p className="empty">{part === "all" ? tr("No place has been used yet.") : part === "day" ? tr("No place has been used by day.") : tr("No place has been used by night.")}</p>
      ) : (
        <Bows level={level} known={known} />
      )}
    </section>
  );
}

function Bows({ level, known }: { level: Level; known: Known }) {
  const places = known.places.slice(0, SHOWN);
  const x = (i: number) => (places.length < 2 ? WIDTH / 2 : 26 + (i * (WIDTH - 52)) / (places.length - 1));
  const at = (name: string) => places.findIndex((place) => place.name === name);
  const bows = known.follows.filter(({ from, to }) => at(from) >= 0 && at(to) >= 0);
  const most = bows[0]?.count ?? 1;
  const placeOf = (name: string) => level.places.find((place) => place.name === name);
  const hue = (name: string) => hueOf(level.meters.find((meter) => meter.name === placeOf(name)?.serves));
  const title = (name: string) => placeOf(name)?.title ?? name;
  const said = bows.slice(0, 3).map(({ from, to, count }) => `${title(to)} after ${title(from)} ${format.count(count)} times`);
  return (
    <>
      <div className="bows">
        <svg viewBox={`0 0 ${WIDTH} ${FLOOR}`} role="img" aria-label={tr("What follows what: {pairs}", { pairs: said.join(", ") || tr("no place followed another yet") })}>
          {bows
            .filter(({ count }) => count / most > FAINTEST)
            .reverse()
            .map(({ from, to, count }) => {
              const [a, b] = [x(at(from)), x(at(to))];
              const reach = Math.abs(a - b) / 2;
              const share = count / most;
              return (
                <path
                  key={`${from} ${to}`}
                  d={`M${a} ${FLOOR}A${reach} ${Math.min(reach, HIGHEST)} 0 0 ${a < b ? 1 : 0} ${b} ${FLOOR}`}
                  fill="none"
                  stroke={hue(from)}
                  strokeWidth={1 + 6 * share}
                  opacity={0.25 + 0.65 * share}
                >
                  <title>{tr("{to} after {from}: {count}", { to: title(to), from: title(from), count: format.count(count) })}</title>
                </path>
              );
            })}
        </svg>
        <ol className="nodes">
          {places.map(({ name, uses }, i) => (
            <li key={name} style={{ left: `${(x(i) / WIDTH) * 100}%`, ["--c" as string]: hue(name) }} title={`${title(name)}: ${format.count(uses)} ${level.temporal ? "ticks of use" : "uses"}`}>
              <span className="o">
                <Icon name={placeOf(name)?.icon ?? "cube"} weight="fill" label={title(name)} />
              </span>
              <b>{compact(uses)}</b>
            </li>
          ))}
        </ol>
      </div>
      <details className="asTable">
        <summary>{tr("Table")}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{tr("After")}</th>
              <th scope="col">{tr("comes")}</th>
              <th scope="col">{tr("times")}</th>
            </tr>
          </thead>
          <tbody>
            {known.follows.slice(0, 20).map(({ from, to, count }) => (
              <tr key={`${from} ${to}`}>
                <td>{title(from)}</td>
                <td>{title(to)}</td>
                <td>{format.count(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}

/** 12_345 → "12 k" */
const compact = (value: number): string =>
  value >= 1e6 ? `${format.precise(value / 1e6, 2)} M` : value >= 1e3 ? `${format.precise(value / 1e3, 2)} k` : String(value);
