import type { Level } from "@/api";
import { format } from "@/ui";
import { tr } from "@/words";
import type { Form } from "./form";

/** How hard the world is: one height for the whole run, or a column a stage. A press on a column begins there. */
export function Stages({ level, form }: { level: Level; form: Form }) {
  const { config } = form;
  if (config["curriculum"] !== "stages") return <Flat multiplier={Number(config["multiplier"])} steps={Number(config["steps"])} />;
  const multipliers = [...level.curriculum.multipliers, level.curriculum.multipliers.at(-1) ?? 1];
  const most = Math.max(...multipliers);
  const first = Number(config["first_stage"]);
  return (
    <div className="stages" role="radiogroup" aria-label={tr("First stage")} data-setting="first_stage" style={{ gridTemplateColumns: `repeat(${multipliers.length},1fr)` }}>
      {multipliers.map((multiplier, i) => {
        const stage = i + 1;
        const sparse = stage === multipliers.length;
        return (
          <button
            type="button"
            role="radio"
            key={stage}
            aria-checked={stage === first}
            className={stage < first ? "skipped" : undefined}
            style={{ height: `${46 + 54 * (multiplier / most)}%` }}
            onClick={() => form.set("first_stage", stage)}
            aria-label={sparse ? tr("Stage {stage}: drain {multiplier}, rewarded for being alive only", { stage, multiplier }) : tr("Stage {stage}: drain {multiplier}", { stage, multiplier })}
          >
            {stage === first && <span className="start">{tr("start")}</span>}
            <b>{stage}</b>
            <span>{sparse ? tr("sparse") : `${Math.round(multiplier * 100)}%`}</span>
          </button>
        );
      })}
    </div>
  );
}

const W = 320;
const H = 158;
const LEFT = 28;
const TOP = 8;
const BASE = 20;

/** One difficulty from the first step to the last. */
function Flat({ multiplier, steps }: { multiplier: number; steps: number }) {
  const Y = (value: number) => TOP + (1 - value / 2) * (H - BASE - TOP);
  const y = Y(Math.max(0, Math.min(2, multiplier)));
  return (
    <svg className="eps" viewBox={`0 0 ${W} ${H}`} role="img" aria-label={tr("Meters drain at {multiplier} times the level's speed during the whole run", { multiplier })}>
      {[0, 1, 2].map((value) => (
        <g key={value}>
          <path d={`M${LEFT} ${Y(value)}H${W - 6}`} stroke="var(--line)" />
          <text x={LEFT - 6} y={Y(value) + 4} textAnchor="end" fontSize="11" fill="var(--ink-3)">
            {value}×
          </text>
        </g>
      ))}
      <path d={`M${LEFT} ${y}H${W - 6}V${Y(0)}H${LEFT}Z`} fill="var(--heat)" opacity=".12" />
      <path d={`M${LEFT} ${y}H${W - 6}`} stroke="var(--heat)" strokeWidth="2.75" />
      <text x={LEFT + 9} y={y > H / 4 ? y - 9 : y + 18} fontSize="12" fontWeight="600" fill="var(--ink-2)">
        {tr("drain of the meters")}
      </text>
      <text x={LEFT} y={H - 4} fontSize="11" fill="var(--ink-3)">
        0
      </text>
      <text x={W - 6} y={H - 4} textAnchor="end" fontSize="11" fill="var(--ink-3)">
        {tr("{steps} steps", { steps: format.count(steps) })}
      </text>
    </svg>
  );
}
