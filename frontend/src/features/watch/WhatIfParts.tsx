import { useEffect, useMemo, useRef } from "react";
import type { KeyboardEvent } from "react";
import type { Level } from "@/api";
import { Board, cellName, sentence } from "@/board";
import type { Scene, SceneSource, Town } from "@/board";
import type { Situation } from "@/mind";
import { format, Icon, Segmented } from "@/ui";
import type { Life } from "@/wire";
import { rich, tr } from "@/words";
import type { Answer } from "./asker";
import { actionIcon } from "./level";
import { imagined } from "./whatif";

interface RangeProps {
  label: string;
  max: number;
  step: number;
  value: number;
  text: string;
  onChange: (value: number) => void;
}

export function Range({ label, max, step, value, text, onChange }: RangeProps) {
  return (
    <input
      className="rg"
      type="range"
      aria-label={label}
      aria-valuetext={text}
      min={0}
      max={max}
      step={step}
      value={value}
      style={{ ["--v" as string]: `${(value / max) * 100}%` }}
      onChange={(event) => onChange(Number(event.target.value))}
    />
  );
}

interface YardProps {
  level: Level;
  town: Town;
  life: Life;
  at: Situation;
  /** the chosen action */
  toward: number | null;
  to: (x: number, y: number) => void;
}

/** The board, on which the agent is dragged, or moved with the arrow keys. */
export function Yard({ level, town, life, at, toward, to }: YardProps) {
  const action = toward === null ? null : level.actions[toward]!;
  const scene: Scene = {
    town,
    layout: life.meta.layout,
    hour: town.day === null ? null : at.hour,
    agent: { x: at.x, y: at.y, from: [at.x, at.y], glide: 1, toward: action ? [action.dx, action.dy] : [0, 0], state: "alive", ring: null },
    trail: [],
    heat: null,
    sight: town.sight !== null,
  };
  const latest = useRef(scene);
  const drawn = useRef<() => void>(() => undefined);
  const source = useMemo(
    (): SceneSource => ({
      scene: () => latest.current,
      subscribe: (draw) => {
        drawn.current = draw;
        return () => (drawn.current = () => undefined);
      },
    }),
    [],
  );
  useEffect(() => {
    latest.current = scene;
    drawn.current();
  });
  const key = (event: KeyboardEvent) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    to(Math.min(town.width - 1, Math.max(0, at.x + move[0]!)), Math.min(town.height - 1, Math.max(0, at.y + move[1]!)));
  };
  const label = `${sentence(scene, action?.name ?? null)} ${tr("Drag the agent, or move it with the arrow keys.")}`;
  return (
    <div className="yard" role="group" aria-label={tr("The agent at {cell}", { cell: cellName(town, at.x, at.y) })} onKeyDown={key} style={{ ["--ratio" as string]: `${town.width} / ${town.height}` }}>
      <Board town={town} source={source} label={label} onDrag={to} />
    </div>
  );
}

interface MemoryProps {
  level: Level;
  life: Life;
  moments: number;
  at: Situation;
  answer: Answer | null;
  wipe: boolean;
  setWipe: (wipe: boolean) => void;
}

/** What memory buys here: the same moment with the life remembered, and with the memory wiped. */
export function MemoryOf({ level, life, moments, at, answer, wipe, setWipe }: MemoryProps) {
  const kept = answer && imagined(level, life, at, answer.q).choice;
  const wiped = answer && imagined(level, life, at, answer.wiped).choice;
  const name = (action: number) => (
    <b>
      <Icon name={actionIcon(level.actions[action]!)} weight="fill" /> {level.actions[action]!.name}
    </b>
  );
  return (
    <div className="buys">
      <h3>{tr("What memory buys here")}</h3>
      <Segmented
        label={tr("Memory")}
        full
        options={[
          { value: "kept", label: tr("Remembers {moments} step|Remembers {moments} steps", { moments: format.count(moments), n: moments }) },
          { value: "wiped", label: tr("Memory wiped") },
        ]}
        value={wipe ? "wiped" : "kept"}
        onChange={(value) => setWipe(value === "wiped")}
      />
      {kept && wiped && (
        <p className="m2">
          {kept.greedy === wiped.greedy ? (
            <>{rich("Memory changes nothing here: {action} either way.", { action: name(kept.greedy) })}</>
          ) : (
            <>
              {rich("Remembering this life it chooses {kept}; with its memory wiped, {wiped}.", { kept: name(kept.greedy), wiped: name(wiped.greedy) })}
            </>
          )}
        </p>
      )}
    </div>
  );
}
