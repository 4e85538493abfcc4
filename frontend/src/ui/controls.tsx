import { useId, useRef, useState } from "react";
import type { ButtonHTMLAttributes, InputHTMLAttributes, KeyboardEvent, ReactNode, Ref } from "react";
import { foreign, tr } from "@/words";
import { parse, typed } from "./format";
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

export type Scale = "linear" | "log" | "one";

interface SliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  /** smallest move on a linear scale */
  step?: number;
  /** log: an equal way multiplies by an equal factor; one: the same for the distance to 1 */
  scale?: Scale;
  integer?: boolean;
  format?: (value: number) => string;
  /** one sentence, read with the name */
  describe?: string;
  error?: string;
  id?: string;
  onChange: (value: number) => void;
}

const STOPS = 200;
const digits2 = (v: number) => Number(v.toPrecision(2));

/** Where a value lies on its scale, 0..1. */
function partOf(value: number, { min, max, scale }: Pick<SliderProps, "min" | "max" | "scale">): number {
  if (!Number.isFinite(value)) return 0;
  const part =
    scale === "log" ? Math.log(value / min) / Math.log(max / min) : scale === "one" ? Math.log(1 - value) / Math.log(1 - max) : (value - min) / (max - min);
  return Math.max(0, Math.min(1, Number.isNaN(part) ? 0 : part));
}

/** The value at a place of a curved scale, in two digits. */
function valueAt(part: number, { min, max, scale }: Pick<SliderProps, "min" | "max" | "scale">): number {
  if (part <= 0) return min;
  if (part >= 1) return max;
  return scale === "one" ? Number((1 - digits2((1 - max) ** part)).toFixed(6)) : digits2(min * (max / min) ** part);
}

/** A range with its value written beside it; the value can be typed too, and what is typed may lie between the stops. */
export function Slider({ label, value, min, max, step, scale = "linear", integer, format = String, describe, error, id, onChange }: SliderProps) {
  const own = useId();
  const name = id ?? own;
  const [typing, setTyping] = useState<string | null>(null);
  const curve = { min, max, scale };
  const part = partOf(value, curve);
  const shown = typing ?? format(value);
  const settle = () => {
    if (typing === null) return;
    const given = parse(typing);
    if (Number.isFinite(given)) onChange(given);
    setTyping(null);
  };
  const described = error ? `${name}-error` : undefined;
  return (
    <div className="sl">
      <label htmlFor={name}>{label}</label>
      <input
        className="val"
        id={`${name}-value`}
        aria-label={tr("{label}, value", { label })}
        inputMode="decimal"
        autoComplete="off"
        style={{ width: `calc(${Math.max(3, shown.length)}ch + 14px)` }}
        value={shown}
        aria-invalid={error ? true : undefined}
        aria-describedby={described}
        onFocus={(event) => {
          const field = event.target;
          const whole = typed(value);
          setTyping(whole);
          // Once the click is over, which would unselect it; who types before that goes on typing.
          requestAnimationFrame(() => field.value === whole && field.select());
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
        {...(scale === "linear"
          ? { min, max, step: step ?? (integer ? 1 : "any"), value: Number.isFinite(value) ? value : min }
          : { min: 0, max: STOPS, step: 1, value: Math.round(part * STOPS) })}
        aria-valuetext={format(value)}
        aria-description={describe}
        aria-invalid={error ? true : undefined}
        aria-describedby={described}
        onChange={(event) => {
          const at = Number(event.target.value);
          const next = scale === "linear" ? at : valueAt(at / STOPS, curve);
          onChange(integer ? Math.round(next) : next);
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
  describe?: string;
  error?: string;
}

export function Switch({ label, checked, onChange, describe, error }: SwitchProps) {
  const id = useId();
  return (
    <div>
      <div className="tg">
        <span id={id}>{label}</span>
        <button type="button" className="sw" role="switch" aria-checked={checked} aria-labelledby={id} aria-description={describe} onClick={() => onChange(!checked)} />
      </div>
      {error && <ErrorText>{error}</ErrorText>}
    </div>
  );
}

export function ErrorText({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <p className="error" id={id}>
      <Icon name="warning-circle" weight="fill" />
      <span lang={foreign(children)}>{children}</span>
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
