const locale = typeof navigator === "undefined" ? "en" : navigator.language;
// The pages are in English; only the grouping of digits follows the viewer, so a number never mixes two languages' words.
const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** 2418 → "2,418" */
export const count = (value: number): string => grouped.format(value);

/** 1_234_567 → "1.2 MB"; sizes of files are decimal, as download dialogs show them. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  const unit = value < 1e6 ? "kB" : value < 1e9 ? "MB" : "GB";
  const size = value / (value < 1e6 ? 1e3 : value < 1e9 ? 1e6 : 1e9);
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

/** 0.00025 → "0.00025", 1e-5 → "1e-5", 5000 → "5,000": a setting as one would write it. */
export function plain(value: number): string {
  if (value === 0) return "0";
  if (Math.abs(value) < 1e-4) return value.toExponential().replace("e-0", "e-");
  if (Number.isInteger(value)) return count(value);
  return String(Number(value.toPrecision(6)));
}

/** "24 Nov 2026, 10:33" in the viewer's zone. */
export const moment = (iso: string): string =>
  new Date(iso).toLocaleString(locale, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });

/** "12 s ago", "3 min ago", "2 h ago", "5 d ago" */
export function ago(iso: string, now = Date.now()): string {
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1000);
  if (seconds < 60) return `${Math.round(seconds)} s ago`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} d ago`;
}

const ORDINALS = ["", "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth"];
/** 2 → "Second", 21 → "21st" */
export function ordinal(n: number): string {
  const word = ORDINALS[n];
  if (word) return word;
  const tail = n % 100 > 10 && n % 100 < 14 ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return `${n}${tail}`;
}
