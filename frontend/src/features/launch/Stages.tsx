import type { Level } from "@/api";
import type { Form } from "./form";
import { written } from "./settings";

/** How hard the world is: one height for the whole run, or a column a stage. A press on a column begins there. */
export function Stages({ level, form }: { level: Level; form: Form }) {
  const { config } = form;
  if (config["curriculum"] !== "stages") {
    const multiplier = Number(config["multiplier"]);
    return (
      <div className="stages one">
        <div style={{ height: `${Math.max(12, Math.min(100, multiplier * 50))}%` }}>
          <b>{written(Number(multiplier.toFixed(2)))}×</b>
          <span>drain, from the first step to the last</span>
        </div>
      </div>
    );
  }
  const multipliers = [...level.curriculum.multipliers, level.curriculum.multipliers.at(-1) ?? 1];
  const most = Math.max(...multipliers);
  const first = Number(config["first_stage"]);
  return (
    <div className="stages" role="radiogroup" aria-label="First stage" data-setting="first_stage" style={{ gridTemplateColumns: `repeat(${multipliers.length},1fr)` }}>
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
            aria-label={`Stage ${stage}: drain ${multiplier}${sparse ? ", rewarded for being alive only" : ""}`}
          >
            {stage === first && <span className="start">start</span>}
            <b>{stage}</b>
            <span>{sparse ? "sparse" : `${Math.round(multiplier * 100)}%`}</span>
          </button>
        );
      })}
    </div>
  );
}
