import { useRef, useState } from "react";
import { useSearchParams } from "react-router";
import type { Level, LevelSummary, Preset, Run } from "@/api";
import { format } from "@/ui";
import { tr } from "@/words";
import type { Form } from "./form";
import type { Config, Setting } from "./settings";

interface LevelRowProps {
  levels: readonly LevelSummary[];
  value: string;
  onChange: (name: string) => void;
}

export function LevelRow({ levels, value, onChange }: LevelRowProps) {
  const at = levels.findIndex((level) => level.name === value);
  const group = useRef<HTMLDivElement>(null);
  return (
    <div className="levels" data-scroll ref={group} role="radiogroup" aria-label={tr("Level")} id="row-level">
      {levels.map((level, i) => (
        <button
          key={level.name}
          type="button"
          role="radio"
          className="btn sm"
          title={level.summary}
          aria-checked={level.name === value}
          tabIndex={i === Math.max(0, at) ? 0 : -1}
          onClick={() => onChange(level.name)}
          onKeyDown={(event) => {
            const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
            const next = by && levels[(i + by + levels.length) % levels.length];
            if (!next) return;
            event.preventDefault();
            onChange(next.name);
            (group.current?.children[levels.indexOf(next)] as HTMLElement | undefined)?.focus();
          }}
        >
          {level.title}
        </button>
      ))}
    </div>
  );
}

/** The level in its own words, and what it means for a life. */
export function about(level: Level | undefined, levels: readonly LevelSummary[], name: string): string {
  const summary = level?.summary ?? levels.find((other) => other.name === name)?.summary ?? "";
  if (!level) return summary;
  return `${summary} ${tr("A life ends at step {lifespan} at the latest.", { lifespan: format.count(level.lifespan) })}`;
}

interface StartProps {
  presets: readonly Preset[];
  runs: readonly Run[];
  settings: readonly Setting[];
  form: Form;
  start: (from: Config) => void;
}

/** Recipes and past runs to begin with. Choosing one sets everything but the seed and the name. */
export function StartFrom({ presets, runs, settings, form, start }: StartProps) {
  const [query] = useSearchParams();
  const [from, setFrom] = useState(query.get("from") ?? presets[0]?.name ?? "");
  return (
    <label className="rec">
      <span>{tr("Start from")}</span>
      <select
        className="btn sm select"
        value={from}
        onChange={(event) => {
          setFrom(event.target.value);
          const preset = presets.find((other) => other.name === event.target.value);
          const run = runs.find((other) => other.id === event.target.value);
          if (preset) start(ofPreset(preset));
          if (run) start({ ...ownSettings(settings, run), seed: form.config["seed"] ?? 0 });
        }}
      >
        <optgroup label={tr("Recipes")}>
          {presets.map((preset) => (
            <option key={preset.name} value={preset.name} title={preset.summary}>
              {preset.title}
            </option>
          ))}
        </optgroup>
        {runs.length > 0 && (
          <optgroup label={tr("Past runs")}>
            {runs.map((run) => (
              <option key={run.id} value={run.id}>
                {run.name}
              </option>
            ))}
          </optgroup>
        )}
      </select>
    </label>
  );
}

export const ofPreset = (preset: Preset | undefined): Config => (preset?.config ?? {}) as Config;

/** The settings a past run had, as far as this version knows them. */
export function ownSettings(settings: readonly Setting[], run: Run): Config {
  return Object.fromEntries(settings.filter(({ name }) => name in run.config).map(({ name }) => [name, run.config[name] as Config[string]]));
}
