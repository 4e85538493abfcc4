import { useRef } from "react";
import type { PointerEvent } from "react";
import { format } from "@/ui";
import { tr } from "@/words";
import type { Form } from "./form";
import { epsilonAt, halfAt } from "./schedule";

const W = 320;
const H = 158;
const LEFT = 28;
const RIGHT = 6;
const TOP = 8;
const BASE = 20;
const X = (share: number) => LEFT + share * (W - LEFT - RIGHT);
const Y = (value: number) => TOP + (1 - value) * (H - BASE - TOP);
const clamp = (value: number) => Math.max(0, Math.min(1, Math.round(value * 100) / 100));

/** The chance of the dice over the run. The round handle drags when the fall ends and what remains; the sliders do the same. */
export function Epsilon({ form }: { form: Form }) {
  const svg = useRef<SVGSVGElement>(null);
  const { config } = form;
  const steps = Number(config["steps"]);
  const fraction = Number(config["epsilon_fraction"]);
  const end = epsilonAt(config, 1);
  const points = [0, fraction, 1].map((at) => [X(Math.min(at, 1)), Y(epsilonAt(config, at))] as const);
  const line = points.map(([x, y], i) => `${i ? "L" : "M"}${x} ${y}`).join("");
  const half = halfAt(config);
  const drag = (event: PointerEvent) => {
    const box = svg.current?.getBoundingClientRect();
    if (!box?.width || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const x = ((event.clientX - box.left) / box.width) * W;
    const y = ((event.clientY - box.top) / box.height) * H;
    form.set("epsilon_fraction", clamp((x - LEFT) / (W - LEFT - RIGHT)));
    form.set("epsilon_end", Math.min(clamp(1 - (y - TOP) / (H - BASE - TOP)), Number(config["epsilon_start"])));
  };
  return (
    <svg
      ref={svg}
      className="eps"
      viewBox={`0 0 ${W} ${H}`}
      role="img"
      aria-label={tr("The chance of a random step falls from {start} to {end} over the first {share} percent of the run", { start: epsilonAt(config, 0), end, share: Math.round(fraction * 100) })}
    >
      <path d={`${line}L${X(1)} ${Y(0)}L${X(0)} ${Y(0)}Z`} fill="var(--novelty)" opacity=".12" />
      {[0, 0.5, 1].map((value) => (
        <g key={value}>
          <path d={`M${LEFT} ${Y(value)}H${W - RIGHT}`} stroke="var(--line)" />
          <text x={LEFT - 6} y={Y(value) + 4} textAnchor="end" fontSize="11" fill="var(--ink-3)">
            {format.plain(value)}
          </text>
        </g>
      ))}
      <path d={line} fill="none" stroke="var(--novelty)" strokeWidth="2.75" strokeLinejoin="round" />
      {half !== null && <path d={`M${X(half)} ${Y(0.5)}V${Y(0)}`} stroke="var(--novelty)" strokeDasharray="2 4" strokeWidth="1.5" />}
      {Number(config["epsilon_start"]) > 0.3 && fraction > 0.1 && (
        <text x={X(0) + 9} y={Y(0.08)} fontSize="12" fontWeight="600" fill="var(--novelty)">
          {tr("dice")}
        </text>
      )}
      {end < 0.6 && (
        <text x={X(0.98)} y={Y(Math.max(end + 0.1, 0.5) + 0.06)} textAnchor="end" fontSize="12" fontWeight="600" fill="var(--ink-2)">
          {tr("what it has learned")}
        </text>
      )}
      <circle
        className="knee"
        data-setting="epsilon_fraction"
        cx={points[1]![0]}
        cy={points[1]![1]}
        r="7"
        fill="var(--surface)"
        stroke="var(--novelty)"
        strokeWidth="3"
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={drag}
      />
      <text x={LEFT} y={H - 4} fontSize="11" fill="var(--ink-3)">
        0
      </text>
      <text x={W - RIGHT} y={H - 4} textAnchor="end" fontSize="11" fill="var(--ink-3)">
        {Number.isFinite(steps) ? tr("{steps} steps", { steps: format.count(steps) }) : ""}
      </text>
    </svg>
  );
}
