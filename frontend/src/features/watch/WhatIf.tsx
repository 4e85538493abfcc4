import { useEffect, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import type { Level, Run } from "@/api";
import type { Town } from "@/board";
import { situationOf } from "@/mind";
import type { Situation } from "@/mind";
import { Button, format, Icon, useQueryPatch } from "@/ui";
import { momentOf } from "@/wire";
import type { Life } from "@/wire";
import { inner, tr } from "@/words";
import { useAnswers } from "./asker";
import { amount, hueOf } from "./level";
import { Decision, Values } from "./Mind";
import type { Player } from "./player";
import { ResponseCurve } from "./ResponseCurve";
import { Sheet } from "./Sheet";
import type { MindState } from "./useMind";
import { imagined, mindOfThen, readSituation, writeSituation } from "./whatif";
import { MemoryOf, Range, Yard } from "./WhatIfParts";

interface Props {
  run: Run;
  level: Level;
  town: Town;
  player: Player;
  mind: MindState;
  setSteps: (steps: number | null) => void;
  open: boolean;
  onClose: () => void;
}

/** What would it do here? The agent, every meter and the clock can be moved; the run's mind answers. */
export function WhatIfSheet({ open, onClose, player, ...rest }: Props) {
  const patch = useQueryPatch();
  const close = () => {
    onClose();
    patch({ if: null });
  };
  return (
    <Sheet open={open} title={tr("What would it do here?")} onClose={close} huge>
      <Begin {...rest} player={player} onClose={close} />
    </Sheet>
  );
}

/** It begins with the moment on stage, or the one in the address, and keeps the life it began with. */
function Begin({ player, ...rest }: Omit<Props, "open">) {
  const [query] = useSearchParams();
  const [{ life, t }] = useState(() => ({ life: player.state().stage, t: player.state().t }));
  const there = life && situationOf(momentOf(life, t));
  const [at, setAt] = useState<Situation | null>(() => readSituation(rest.level, query.get("if")) ?? there);
  if (!life || !there || !at) return <p>{tr("No life on stage yet.")}</p>;
  return <Imagine {...rest} life={life} moments={t} there={there} at={at} setAt={setAt} />;
}

interface ImagineProps extends Omit<Props, "open" | "player"> {
  life: Life;
  /** moments of the life before the one it began with */
  moments: number;
  there: Situation;
  at: Situation;
  setAt: (at: Situation) => void;
}

function Imagine({ run, level, town, mind, setSteps, life, moments, there, at, setAt, onClose }: ImagineProps) {
  const [wipe, setWipe] = useState(false);
  const { answer, curves, problem } = useAnswers(level, life, moments, mind.taken, at, wipe);
  const moment = imagined(level, life, at, answer && (wipe ? answer.wiped : answer.q));
  useWritten(at);
  const to = (x: number, y: number) => setAt({ ...at, x, y, progress: x === there.x && y === there.y ? there.progress : 0 });
  const bend = (meter: number, value: number) => setAt({ ...at, meters: Float32Array.from(at.meters, (old, i) => (i === meter ? value : old)) });
  const empty = level.meters.find(({ lethal }, i) => lethal && at.meters[i]! <= 0);
  return (
    <div className="whatif">
      <header>
        <h2>{tr("What would it do here?")}</h2>
        <Button size="sm" icon="arrow-counter-clockwise" onClick={() => setAt(there)}>
          {tr("As on stage")}
        </Button>
        <Button size="sm" icon="x" aria-label={tr("Close")} onClick={onClose} />
        <Whose run={run} mind={mind} life={life} problem={problem} took={answer?.took ?? null} setSteps={setSteps} />
      </header>
      <Yard town={town} level={level} life={life} at={at} toward={moment.choice?.action ?? null} to={to} />
      <div className="says">
        {empty ? <p className="m2">{tr("With {meter} at zero the life is over: no action is allowed.", { meter: inner(empty.title) })}</p> : <Decision level={level} life={null} choice={moment.choice} />}
        <Values level={level} town={town} life={life} moment={moment} still />
        {mind.taken?.remembers && <MemoryOf level={level} life={life} moments={moments} at={at} answer={answer} wipe={wipe} setWipe={setWipe} />}
      </div>
      <div className="bends">
        {level.temporal && (
          <label className="bend whole">
            <Icon name="clock" />
            <span className="nm">{tr("Hour")}</span>
            <span className="val">{String(at.hour).padStart(2, "0")}:00</span>
            <Range label={tr("Hour")} max={level.hours_per_day - 1} step={1} value={at.hour} text={`${at.hour}:00`} onChange={(hour) => setAt({ ...at, hour })} />
          </label>
        )}
        {level.meters.map((meter, i) => (
          <label className="bend" key={meter.name} style={{ ["--c" as string]: hueOf(meter) }}>
            <Icon name={meter.icon} weight="fill" />
            <span className="nm">{meter.title}</span>
            <span className="val">{amount(meter, at.meters[i]!)}</span>
            <ResponseCurve level={level} meter={meter} curve={curves?.[i] ?? null} value={at.meters[i]!} />
            <Range label={meter.title} max={1} step={0.01} value={at.meters[i]!} text={amount(meter, at.meters[i]!)} onChange={(value) => bend(i, value)} />
          </label>
        ))}
      </div>
      <p className="m3 note">{tr("Under each meter: the best action from empty to full, all else as it is here. The line above is that action's Q-value.")}</p>
    </div>
  );
}

interface WhoseProps {
  run: Run;
  mind: MindState;
  life: Life;
  problem: string | null;
  took: number | null;
  setSteps: (steps: number | null) => void;
}

/** Whose answers these are: the newest mind, or the one that was kept when this life was lived. */
function Whose({ run, mind, life, problem, took, setSteps }: WhoseProps) {
  const then = mindOfThen(mind.checkpoints, life.number);
  const other = mind.newest ? (then && then !== mind.chosen ? then : null) : null;
  const none = mind.known && !mind.checkpoints.length ? tr("This run has kept no mind yet: the first comes some seconds after training begins.") : null;
  const trouble = mind.problem ?? problem ?? none;
  return (
    <p className="m3 ofmind" role={trouble ? "alert" : undefined}>
      <span>
        {trouble ??
          (mind.taken
            ? (mind.newest ? tr("Newest mind of {run}, after {steps} steps", { run: run.name, steps: format.count(mind.taken.checkpoint.steps) }) : tr("Mind of {run}, after {steps} steps", { run: run.name, steps: format.count(mind.taken.checkpoint.steps) })) +
      (took === null ? "" : ` · ${tr("answered in {n} ms", { n: Math.max(1, Math.round(took)) })}`)
            : tr("The mind is being fetched"))}
      </span>
      {other && (
        <Button size="sm" title={tr("The last mind that was kept before this life ended")} onClick={() => setSteps(other.steps)}>
          {tr("Mind of that time")}
        </Button>
      )}
      {!mind.newest && (
        <Button size="sm" onClick={() => setSteps(null)}>
          {tr("Newest mind")}
        </Button>
      )}
    </p>
  );
}

/** The situation goes into the address once the hand rests. */
function useWritten(at: Situation): void {
  const patch = useQueryPatch();
  const write = useRef(patch);
  useEffect(() => {
    write.current = patch;
  });
  useEffect(() => {
    const timer = setTimeout(() => write.current({ if: writeSituation(at) }), 300);
    return () => clearTimeout(timer);
  }, [at]);
}
