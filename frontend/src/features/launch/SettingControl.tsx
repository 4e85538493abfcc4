import { Button, ErrorText, format, Segmented, Slider, Switch } from "@/ui";
import { tr } from "@/words";
import type { Form } from "./form";
import type { Setting, Value } from "./settings";
import { written } from "./settings";

/** Settings that are shares are written in percent; typing takes the number as it is. */
const SHARES = new Set(["epsilon_fraction", "advance_at", "retreat_under", "learning_rate_end"]);
const WORDS: Record<string, string> = {
  "layouts.run": tr("Stay put"),
  "layouts.episode": tr("New every life"),
  "network.auto": tr("Auto"),
  "network.simple": "MLP",
  "network.recurrent": "CNN + LSTM",
  "learner.pqn": "PQN",
  "learner.dqn": "DQN",
  "curriculum.static": tr("One difficulty"),
  "curriculum.stages": tr("Climb stages"),
  "replay.uniform": tr("Evenly"),
  "replay.prioritised": tr("By surprise"),
};

export const wordOf = (setting: string, option: string): string => WORDS[`${setting}.${option}`] ?? option;

function shown(setting: Setting, value: Value): string {
  if (typeof value !== "number") return "";
  if (SHARES.has(setting.name)) return `${format.precise(value * 100, 3)} %`;
  if (setting.name === "multiplier") return `${format.fixed(value, 2).replace(/0$/, "")}×`;
  return written(value);
}

interface Props {
  setting: Setting;
  form: Form;
  /** what null stands for, where the level says it */
  fallback?: number;
}

/** One setting, in the control its kind asks for; pointing at it or reaching it by keys shows its sentence and its source. */
export function SettingControl({ setting, form, fallback }: Props) {
  const { name, title, text, source } = setting;
  const value = form.config[name] ?? null;
  const error = form.errors[name];
  const set = (next: Value) => form.set(name, next);
  const id = `set-${name}`;
  return (
    <div className="setting" data-setting={name} id={`row-${name}`}>
      {control()}
      {text && (
        <p className="tip" aria-hidden="true">
          {text} {source && <small>{source}</small>}
        </p>
      )}
    </div>
  );

  function control() {
    switch (setting.kind) {
      case "switch":
        return <Switch label={title} checked={value === true} onChange={set} error={error} describe={text} />;
      case "choice":
        return (
          <div className="choice">
            <span className="lb">{title}</span>
            <Segmented label={title} value={String(value)} onChange={set} options={setting.options.map((option) => ({ value: option, label: wordOf(name, option) }))} />
            {error && <ErrorText>{error}</ErrorText>}
          </div>
        );
      case "number":
        if (setting.nullable && fallback === undefined) return <Optional id={id} setting={setting} value={value} set={set} error={error} />;
        return (
          <div className={setting.nullable ? "withreset" : undefined}>
            <Slider
              id={id}
              label={title}
              value={Number(value ?? fallback)}
              min={setting.above ? lowest(setting) : setting.min}
              max={setting.max}
              scale={setting.scale}
              integer={setting.integer}
              step={setting.integer ? 1 : stepOf(setting)}
              format={(number) => shown(setting, number)}
              error={error}
              describe={text}
              onChange={set}
            />
            {setting.nullable && value !== null && <Button size="sm" kind="ghost" icon="arrow-counter-clockwise" aria-label={tr("{title} as the level says", { title })} onClick={() => set(null)} />}
          </div>
        );
      case "text":
        return null;
    }
  }
}

interface OptionalProps {
  id: string;
  setting: Setting;
  value: Value;
  set: (value: Value) => void;
  error: string | undefined;
}

/** A number that may be absent: an empty field is "no limit". */
function Optional({ id, setting, value, set, error }: OptionalProps) {
  return (
    <div className="sl">
      <label htmlFor={id}>{setting.title}</label>
      <input
        id={id}
        className="val opt-number"
        inputMode="numeric"
        autoComplete="off"
        placeholder={tr("no limit")}
        value={value === null ? "" : typeof value === "number" ? format.typed(value) : String(value)}
        aria-invalid={error ? true : undefined}
        aria-description={setting.text}
        onChange={(event) => {
          const typed = event.target.value.trim();
          const number = format.parse(typed);
          set(typed === "" ? null : Number.isFinite(number) ? number : typed);
        }}
      />
      {error && <ErrorText>{error}</ErrorText>}
    </div>
  );
}

// A scale cannot begin at a value that is not allowed itself: three decades below the default are enough to move in.
const lowest = (setting: Setting) => (typeof setting.default === "number" && setting.scale === "log" ? setting.default / 1000 : setting.min);

function stepOf({ min, max }: Setting): number {
  const span = max - min;
  return span <= 1 ? 0.01 : span <= 5 ? 0.05 : 1;
}
