import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useLocation, useSearchParams } from "react-router";
import { levelQuery, levelsQuery, meQuery } from "@/api";
import type { Level, LevelSummary } from "@/api";
import { LabBar } from "@/chrome";
import { Button, Empty, format, Skeleton, useQueryPatch, Waiting } from "@/ui";
import { tr } from "@/words";
import { outline } from "./facts";
import { Glossary } from "./Glossary";
import { Lessons } from "./Lessons";
import { Meters } from "./Meters";
import { Places } from "./Places";
import { Actions, Observation, Reward, Stages, Step } from "./Rules";
import "./guide.css";

/** The field guide: everything a level is made of, written from the level itself. */
export function Guide() {
  const [query] = useSearchParams();
  const patch = useQueryPatch();
  const levels = useQuery(levelsQuery);
  const name = query.get("level") ?? levels.data?.[0]?.name ?? "";
  const level = useQuery(levelQuery(name));
  const error = levels.error ?? level.error;
  return (
    <>
      <title>{[level.data?.title, tr("Field guide"), "Hamlet"].filter(Boolean).join(" · ")}</title>
      <LabBar page="guide" level={name} />
      {error ? (
        <main id="main" className="mid">
          <Empty level={1} title={tr("This level cannot be read")} action={<Button kind="primary" onClick={() => patch({ level: null })}>{tr("The first level")}</Button>}>
            {error.message}
          </Empty>
        </main>
      ) : levels.data && level.data ? (
        <Pages level={level.data} levels={levels.data} onLevel={(next) => patch({ level: next })} />
      ) : (
        <Waiting>
          <div className="guide">
            <Skeleton height={600} radius={14} />
          </div>
        </Waiting>
      )}
    </>
  );
}

const CONTENTS = [
  ["places", tr("Places")],
  ["meters", tr("Meters")],
  ["actions", tr("Actions")],
  ["step", tr("A step")],
  ["observation", tr("What it sees")],
  ["reward", tr("Reward")],
  ["stages", tr("Stages")],
  ["glossary", tr("Words")],
] as const;
/** Beside these, for those who launch runs. */
const FOR_CREW = ["lessons", tr("Lessons")] as const;

interface Props {
  level: Level;
  levels: readonly LevelSummary[];
  onLevel: (name: string) => void;
}

function Pages({ level, levels, onLevel }: Props) {
  const crew = useQuery(meQuery).data?.crew === true;
  useArrival(level);
  const { random, wait } = level.floors;
  return (
    <main id="main" tabIndex={-1} className="guide">
      <div className="guide-top">
        <div>
          <h1>{level.title}</h1>
          <p className="lede">{level.summary}</p>
        </div>
        <label>
          <span className="sr">{tr("Level")}</span>
          <select className="btn select" value={level.name} onChange={(event) => onLevel(event.target.value)}>
            {levels.map(({ name, title }) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <ul className="guide-facts">
          {outline(level).map((fact) => (
            <li className="chip" key={fact}>
              {fact}
            </li>
          ))}
        </ul>
        {(random !== null || wait !== null) && (
          <p className="m2">
            {random === null
              ? tr("Measured here: only waiting {wait} steps, on average.", { wait: format.plain(Math.round(wait!)) })
              : wait === null
                ? tr("Measured here: random choices live {random} steps, on average.", { random: format.plain(Math.round(random)) })
                : tr("Measured here: random choices live {random} steps, only waiting {wait}, on average.", { random: format.plain(Math.round(random)), wait: format.plain(Math.round(wait)) })}
          </p>
        )}
      </div>
      <nav className="guide-nav" aria-label={tr("In this guide")}>
        {[...CONTENTS, ...(crew ? [FOR_CREW] : [])].map(([id, title]) => (
          <a key={id} href={`#${id}`}>
            {title}
          </a>
        ))}
      </nav>
      <div className="guide-main">
        <Places level={level} />
        <Meters level={level} />
        <Actions level={level} />
        <Step level={level} />
        <Observation level={level} />
        <Reward level={level} />
        <Stages level={level} />
        <Glossary />
        {crew && <Lessons />}
      </div>
    </main>
  );
}

/** Shows and marks the thing that the address names. */
function useArrival(level: Level) {
  const { hash } = useLocation();
  useEffect(() => {
    const thing = hash.length > 1 ? document.getElementById(decodeURIComponent(hash.slice(1))) : null;
    if (!thing) return;
    // A new page is first shown from its top.
    const frame = requestAnimationFrame(() => {
      thing.scrollIntoView({ block: "start" });
      thing.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
  }, [hash, level]);
}
