/** The life on stage for a whole room: no chrome, everything readable from the back row. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import { classQuery, meQuery } from "@/api";
import type { Run } from "@/api";
import { downloads } from "@/paths";
import { Button, format, Icon, Logo, Spark, ThemeButton, useSize } from "@/ui";
import { rich, tr } from "@/words";
import { dayOf, skyIcon } from "./facts";
import { Lifeline } from "./Lifeline";
import { amount, CRITICAL, hueOf, markOf, tiersOf } from "./level";
import { Decision, Values } from "./Mind";
import { clock } from "./Now";
import { useShown } from "./useShown";
import type { ViewProps } from "./Watch";
import { Stage } from "./World";
import "./present.css";

const STILL_AFTER = 2_000;

/** True once the pointer has rested: it hides then, and with it what is there to press. */
function useResting(): boolean {
  const [resting, setResting] = useState(false);
  useEffect(() => {
    let timer = setTimeout(() => setResting(true), STILL_AFTER);
    const moved = () => {
      setResting(false);
      clearTimeout(timer);
      timer = setTimeout(() => setResting(true), STILL_AFTER);
    };
    window.addEventListener("pointermove", moved);
    window.addEventListener("pointerdown", moved);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("pointermove", moved);
      window.removeEventListener("pointerdown", moved);
    };
  }, []);
  return resting;
}

interface Props extends ViewProps {
  /** the LIVE badge, where the page has one */
  badge: ReactNode;
  onLeave: () => void;
}

export function Present({ badge, onLeave, ...view }: Props) {
  const { run, level, town, player } = view;
  const { life, t, moment, still } = useShown(player);
  const resting = useResting();
  return (
    <main id="main" tabIndex={-1} className={resting ? "present resting" : "present"} data-still={still || undefined}>
      <header>
        <Logo />
        <h1>{run.name}</h1>
        <p>{life && tr("Episode {number}, step {step}", { number: format.count(life.number), step: t })}</p>
        {badge}
        <span className="grow" />
        <JoinHere run={run} />
        <span className="leave">
          <ThemeButton />
          <Button kind="ghost" icon="x" aria-label={tr("End the presentation")} title={tr("Escape")} onClick={onLeave} />
        </span>
      </header>
      <section className="felt" aria-label={tr("Body")}>
        {tiersOf(level).flatMap(({ meters }) =>
          meters.map(({ meter, index }) => {
            const value = moment?.meters[index] ?? null;
            const mark = markOf(level, meter);
            const low = value !== null && mark !== null && value < mark;
            const critical = low && value < CRITICAL;
            return (
              <div
                key={meter.name}
                role="meter"
                aria-label={meter.title}
                aria-valuenow={Math.round((value ?? 0) * 100)}
                aria-valuemin={0}
                aria-valuemax={100}
                data-notick={mark === null || undefined}
                style={{ ["--c" as string]: hueOf(meter), ["--p" as string]: `${(value ?? 0) * 100}%`, ["--mark" as string]: `${(mark ?? 0) * 100}%` }}
              >
                <Icon name={meter.icon} weight="fill" />
                <span className="name">
                  {meter.title}
                  {low && <em className={critical ? "critical" : undefined}>{critical ? tr("critical") : tr("low")}</em>}
                </span>
                <b>{value === null ? "–" : amount(meter, value)}</b>
                <span className="line">
                  <i />
                </span>
              </div>
            );
          }),
        )}
      </section>
      <section className="yard" aria-label={tr("World")}>
        <Stage run={run.id} name={run.name} crowd={view.crowd} counted={view.counted} level={level} town={town} player={player} overlays={view.overlays} policy={view.policy} short onPlace={view.onPlace} onGrid={view.onGrid} />
      </section>
      <section className="thought" aria-label={tr("Mind")}>
        {life && moment && (
          <div className="hour">
            {town.day !== null ? (
              <>
                <Icon name={skyIcon((moment.hour * 24) / town.day)} weight="fill" />
                <b>{clock(moment.hour)}</b>
                <span>{tr("Day {number}", { number: dayOf(life, moment.t, town.day) })}</span>
              </>
            ) : (
              <>
                <b>{format.count(t)}</b>
                <span>{tr("of {lifespan} steps lived", { lifespan: format.count(level.lifespan) })}</span>
              </>
            )}
          </div>
        )}
        <Decision level={level} life={life} choice={moment?.choice ?? null} />
        <Values level={level} town={town} life={life} moment={moment} still={still} />
        <Survival run={run} lifespan={level.lifespan} stages={level.curriculum.multipliers.length + 1} />
      </section>
      <section className="time" aria-label={tr("Timeline")}>
        <Lifeline level={level} player={player} flags={view.flags} enlarged />
      </section>
    </main>
  );
}

/** How long lives last, over training. Nothing before the first have ended. */
function Survival({ run, lifespan, stages }: { run: Run; lifespan: number; stages: number }) {
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(box);
  if (run.last === null) return null;
  return (
    <div className="survival">
      <h2>
        {tr("Steps survived")}
        {run.stage !== null && (
          <span>
            {tr("stage {stage} of {stages}", { stage: run.stage, stages })}
          </span>
        )}
        <b>{format.count(Math.round(run.last))}</b>
      </h2>
      <div ref={box}>{width > 20 && height > 20 && <Spark values={run.spark} max={Math.min(lifespan, 1.1 * Math.max(...run.spark, 1))} progress={run.progress} width={width} height={height} color="var(--ink)" dot />}</div>
    </div>
  );
}

/** Where students join, for those who look after the run's class. */
function JoinHere({ run }: { run: Run }) {
  const crew = useQuery(meQuery).data?.crew === true;
  const id = run.classroom?.id ?? "";
  const code = useQuery({ ...classQuery(id), enabled: crew && id !== "", refetchInterval: 30_000 }).data?.join_code;
  if (!code) return null;
  return (
    <span className="joinhere">
      {rich("Join at {host} <b>{code}</b>", { host: window.location.host, code })}
      <img src={downloads.joinQr(id, code)} alt={tr("QR code of the join link")} />
    </span>
  );
}
