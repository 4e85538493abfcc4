import { useId, useRef, useState } from "react";
import type { ButtonHTMLAttributes, InputHTMLAttributes, KeyboardEvent, ReactNode, Ref } from "react";
import { Icon } from "./Icon";
import type { Weight } from "./Icon";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: "plain" | "primary" | "ghost";
  size?: "sm" | "lg";
  icon?: string;
  iconWeight?: Weight;
  wide?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

/** With an icon and no children it is square and must have an aria-label. */
export function Button({ kind = "plain", size, icon, iconWeight, wide, className = "", children, type = "button", ...rest }: ButtonProps) {
  const names = ["btn", kind !== "plain" && kind, size, icon && !children && "sq", wide && "wide", className].filter(Boolean).join(" ");
  return (
    <button type={type} className={names} {...rest}>
      {icon && <Icon name={icon} weight={iconWeight} />}
      {children}
    </button>
  );
}

export interface Option<T extends string> {
  value: T;
  label: ReactNode;
  hint?: string;
}

interface SegmentedProps<T extends string> {
  label: string;
  options: readonly Option<T>[];
  value: T;
  onChange: (value: T) => void;
  full?: boolean;
}

/** One of a few. Arrow keys move between the options, as in any radio group. */
export function Segmented<T extends string>({ label, options, value, onChange, full }: SegmentedProps<T>) {
  const group = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const at = options.findIndex((option) => option.value === value);
    const next = (at + by + options.length) % options.length;
    onChange(options[next]!.value);
    (group.current?.children[next] as HTMLElement | undefined)?.focus();
  };
  return (
    <div ref={group} className={full ? "seg full" : "seg"} role="radiogroup" aria-label={label} onKeyDown={move}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={option.value === value}
          tabIndex={option.value === value ? 0 : -1}
          title={option.hint}
          onClick={() => onChange(option.value)}
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}

interface SliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  /** smallest move on the scale; ignored for `log` */
  step: number;
  /** an equal way multiplies by an equal factor */
  log?: boolean;
  format?: (value: number) => string;
  /** sentence behind the label */
  hint?: string;
  error?: string;
  id?: string;
  onChange: (value: number) => void;
}

const LOG_STOPS = 200;

/** A range with its value written beside it; the value can be typed too, and what is typed may lie between the stops. */
export function Slider({ label, value, min, max, step, log, format = String, hint, error, id, onChange }: SliderProps) {
  const own = useId();
  const name = id ?? own;
  const [typing, setTyping] = useState<string | null>(null);
  const span = (v: number) => (log ? Math.log(v / min) / Math.log(max / min) : (v - min) / (max - min));
  const part = Math.max(0, Math.min(1, Number.isFinite(value) ? span(value) : 0));
  const rounded = (v: number) => (log ? Number(v.toPrecision(2)) : v);
  const settle = () => {
    if (typing === null) return;
    const typed = Number(typing.replace(/[\s,_]/g, "").replace(/%$/, ""));
    if (typing.trim() !== "" && Number.isFinite(typed)) onChange(typed);
    setTyping(null);
  };
  const described = error ? `${name}-error` : undefined;
  return (
    <div className="sl" title={hint}>
      <label htmlFor={name}>{label}</label>
      <input
        className="val"
        id={`${name}-value`}
        aria-label={`${label}, value`}
        inputMode="decimal"
        autoComplete="off"
        value={typing ?? format(value)}
        aria-invalid={error ? true : undefined}
        aria-describedby={described}
        onFocus={(event) => {
          setTyping(String(value));
          const field = event.target;
          requestAnimationFrame(() => field.select());
        }}
        onChange={(event) => setTyping(event.target.value)}
        onBlur={settle}
        onKeyDown={(event) => {
          if (event.key === "Enter") settle();
          if (event.key === "Escape") setTyping(null);
        }}
      />
      <input
        className="rg"
        type="range"
        id={name}
        style={{ ["--v" as string]: `${part * 100}%` }}
        {...(log
          ? { min: 0, max: LOG_STOPS, step: 1, value: Math.round(part * LOG_STOPS) }
          : { min, max, step, value: Number.isFinite(value) ? value : min })}
        aria-valuetext={format(value)}
        aria-invalid={error ? true : undefined}
        aria-describedby={described}
        onChange={(event) => {
          const at = Number(event.target.value);
          onChange(log ? rounded(min * (max / min) ** (at / LOG_STOPS)) : at);
        }}
      />
      {error && <ErrorText id={described}>{error}</ErrorText>}
    </div>
  );
}

interface SwitchProps {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  hint?: string;
  error?: string;
}

export function Switch({ label, checked, onChange, hint, error }: SwitchProps) {
  const id = useId();
  return (
    <div>
      <div className="tg" title={hint}>
        <span id={id}>{label}</span>
        <button type="button" className="sw" role="switch" aria-checked={checked} aria-labelledby={id} onClick={() => onChange(!checked)} />
      </div>
      {error && <ErrorText>{error}</ErrorText>}
    </div>
  );
}

export function ErrorText({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <p className="error" id={id}>
      <Icon name="warning-circle" weight="fill" />
      <span>{children}</span>
    </p>
  );
}

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  hint?: string;
  error?: string;
  ref?: Ref<HTMLInputElement>;
  after?: ReactNode;
}

/** A labelled text input; its error is read with it. */
export function Field({ label, hint, error, id, after, ...rest }: FieldProps) {
  const own = useId();
  const name = id ?? own;
  const described = error ? `${name}-error` : hint ? `${name}-hint` : undefined;
  return (
    <div className="fieldrow">
      <label htmlFor={name}>{label}</label>
      <div style={{ display: "flex", gap: 6 }}>
        <input className="input" id={name} aria-invalid={error ? true : undefined} aria-describedby={described} {...rest} />
        {after}
      </div>
      {error ? <ErrorText id={described}>{error}</ErrorText> : hint && <p className="hint" id={described}>{hint}</p>}
    </div>
  );
}
