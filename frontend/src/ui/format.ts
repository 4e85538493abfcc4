import { language, locale, tr } from "@/words";

const grouped = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const exact = new Intl.NumberFormat(locale, { maximumSignificantDigits: 6 });
/** "." or "," */
const point = new Intl.NumberFormat(locale, { minimumFractionDigits: 1 }).formatToParts(0).find(({ type }) => type === "decimal")?.value ?? ".";

/** 2418 → "2,418" */
export const count = (value: number): string => grouped.format(value);

const fixers = new Map<number, Intl.NumberFormat>();
/** A number with so many digits after the point: (1.25, 1) → "1.3". Minus is a hyphen. */
export function fixed(value: number, digits: number): string {
  let fixer = fixers.get(digits);
  if (!fixer) fixers.set(digits, (fixer = new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false })));
  return fixer.format(value);
}

/** With at most so many digits that count: (12.3456, 3) → "12.3" */
export const precise = (value: number, digits: number): string => String(Number(value.toPrecision(digits))).replace(".", point);

/** 1_234_567 → "1.2 MB"; sizes of files are decimal, as download dialogs show them. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  const unit = value < 1e6 ? "kB" : value < 1e9 ? "MB" : "GB";
  const size = value / (value < 1e6 ? 1e3 : value < 1e9 ? 1e6 : 1e9);
  return `${size < 10 ? fixed(size, 1) : Math.round(size)} ${unit}`;
}

/** 0.00025 → "0.00025", 1e-5 → "1e-5", 5000 → "5,000": a setting as one would write it. */
export function plain(value: number): string {
  if (value === 0) return "0";
  if (Math.abs(value) < 1e-4) return value.toExponential().replace("e-0", "e-").replace(".", point);
  if (Number.isInteger(value)) return count(value);
  return exact.format(value);
}

/** 0.0005 → "0.0005": to be typed over, without grouping. */
export const typed = (value: number): string => String(value).replace(".", point);

/** The number that somebody typed, with the language's own signs or with a program's; NaN if it is none. */
export function parse(text: string): number {
  const bare = text.replace(/[\s_\u00a0\u202f’']/g, "").replace(/%$/, "");
  if (bare === "") return NaN;
  if (point === ",") {
    // "1.500" are groups, "0.5" is how programs write it.
    const groups = bare.includes(",") || /^-?[1-9]\d{0,2}(\.\d{3})+$/.test(bare);
    return Number(groups ? bare.replaceAll(".", "").replace(",", ".") : bare);
  }
  return Number(bare.replaceAll(",", ""));
}

/** "24 Nov 2026, 10:33" in the viewer's zone. */
export const moment = (iso: string): string =>
  new Date(iso).toLocaleString(locale, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });

/** "10:45" in the viewer's zone. */
export const clock = (iso: string): string => new Date(iso).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });

/** "40 s", "12 min", "2 h 10" */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
}

/** "12 s ago", "3 min ago", "2 h ago", "5 d ago" */
export function ago(iso: string, now = Date.now()): string {
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1000);
  if (seconds < 60) return tr("{n} s ago", { n: Math.round(seconds) });
  if (seconds < 3600) return tr("{n} min ago", { n: Math.round(seconds / 60) });
  if (seconds < 86_400) return tr("{n} h ago", { n: Math.round(seconds / 3600) });
  return tr("{n} d ago", { n: Math.round(seconds / 86_400) });
}

const ORDINALS = ["", "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth"];
/** 2 → "Second", 21 → "21st"; in German "2." */
export function ordinal(n: number): string {
  if (language === "de") return `${n}.`;
  const word = ORDINALS[n];
  if (word) return word;
  const tail = n % 100 > 10 && n % 100 < 14 ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return `${n}${tail}`;
}
