import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import type { Level, Recording, Run } from "@/api";
import { format, Icon } from "@/ui";
import { tr } from "@/words";
import { SIGN } from "./causes";
import { kindsOf, KINDS, livesOf } from "./lives";
import type { Kind } from "./lives";
import { wordOf } from "./marks";
import { useReplayPath } from "./room";

interface Props {
  run: Run;
  level: Level;
  recordings: readonly Recording[];
  /** the life on stage */
  episode: number;
}

/** The lives that were kept, first to last, and what each was kept for. */
export function Lives({ run, level, recordings, episode }: Props) {
  const to = useReplayPath(run.id);
  const [kind, setKind] = useState<Kind>("all");
  const kinds = kindsOf(recordings);
  const shown = livesOf(recordings, kinds.some((one) => one.kind === kind) ? kind : "all");
  const here = useRef<HTMLAnchorElement>(null);
  // In braces: the newest browsers' scrollIntoView returns a promise, and an effect must return nothing.
  useEffect(() => {
    here.current?.scrollIntoView({ block: "nearest" });
  }, [episode, kind]);
  return (
    <>
      <div className="kinds" role="group" aria-label={tr("Kept for")}>
        {kinds.map((one) => (
          <button key={one.kind} type="button" className={one.kind === kind ? "chip on" : "chip"} aria-pressed={one.kind === kind} onClick={() => setKind(one.kind)}>
            {KINDS[one.kind]} {one.n}
          </button>
        ))}
      </div>
      <ol className="kept" aria-label={tr("Recorded lives")}>
        {shown.map((life) => (
          <li key={life.episode}>
            <Link to={to(life.episode)} aria-current={life.episode === episode ? "page" : undefined} ref={life.episode === episode ? here : undefined}>
              <span className="no">{format.count(life.episode)}</span>
              <Icon name={SIGN[life.cause]} weight="fill" label={life.cause === "death" ? tr("died") : life.cause === "retired" ? tr("lived to the end") : tr("cut off")} />
              <span className="why">{life.reasons.map((reason) => wordOf(reason, level)).join(", ")}</span>
              <b>{format.count(life.steps)}</b>
            </Link>
          </li>
        ))}
      </ol>
    </>
  );
}
