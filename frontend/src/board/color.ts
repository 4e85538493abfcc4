/** Colours for the canvas, which knows neither CSS variables nor, everywhere, color-mix(). */

type Triple = [number, number, number];

const linear = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const gamma = (v: number) => (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055);

const rgb = (hex: string): Triple => {
  const digits = hex.trim().replace("#", "");
  const full = digits.length === 3 ? Array.from(digits, (digit) => digit + digit).join("") : digits;
  return [0, 2, 4].map((i) => parseInt(full.slice(i, i + 2), 16) / 255) as Triple;
};

// OKLab (Ottosson 2020), as color-mix(in oklab, …) uses it.
function toLab(hex: string): Triple {
  const [r, g, b] = rgb(hex).map(linear) as Triple;
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function toHex([L, a, b]: Triple): string {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const channels = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  const byte = (v: number) => Math.round(255 * Math.min(1, Math.max(0, gamma(Math.max(0, v)))));
  return `#${channels.map((v) => byte(v).toString(16).padStart(2, "0")).join("")}`;
}

/** color-mix(in oklab, one share, other); share 0..1. Colours are #rrggbb. */
export function mix(one: string, share: number, other: string): string {
  const a = toLab(one);
  const b = toLab(other);
  return toHex(a.map((v, i) => v * share + b[i]! * (1 - share)) as Triple);
}

/** The same colour, see-through. */
export function faded(hex: string, alpha: number): string {
  const [r, g, b] = rgb(hex).map((v) => Math.round(v * 255)) as Triple;
  return `rgb(${r} ${g} ${b} / ${alpha})`;
}

const NAMES = ["surface", "sunken", "ground", "groundline", "line", "line-strong", "ink", "ink-2", "ink-3", "accent", "accent-ink",
  "actor", "actor-halo", "danger", "warn-fill", "live", "heat", "novelty", "value"] as const;

const RUNS = 8;

export interface Palette {
  color: Record<(typeof NAMES)[number], string>;
  /** colour of a meter's token; ink where the level names one that we lack */
  meter: (hue: string | null) => string;
  /** colours of runs and of a run's ghosts, in order */
  runs: readonly string[];
  /** share of a tile's hue in its plate and its edge, 0..1; darkness of night, 0..1 */
  tint: number;
  edge: number;
  night: number;
  /** changes with the theme */
  key: string;
  sans: string;
}

/** The tokens of `element` as they are now. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  return paletteOf((name) => style.getPropertyValue(`--${name}`).trim());
}

/** The palette of these tokens; `read` gives a token's text, empty if there is none. */
export function paletteOf(read: (name: string) => string): Palette {
  const hexOr = (value: string, other: string) => (/^#[0-9a-f]{3}([0-9a-f]{3})?$/i.test(value) ? value : other);
  const color = Object.fromEntries(NAMES.map((name) => [name, hexOr(read(name), "#808080")])) as Palette["color"];
  const meters = new Map<string, string>();
  const share = (name: string, other: number) => (parseFloat(read(name)) || other) / 100;
  return {
    color,
    runs: Array.from({ length: RUNS }, (_, i) => hexOr(read(`run-${i + 1}`), color["ink-2"])),
    meter: (hue) => {
      if (!hue) return color["ink-2"];
      let value = meters.get(hue);
      if (!value) meters.set(hue, (value = hexOr(read(`m-${hue}`), color["ink-2"])));
      return value;
    },
    tint: share("tile-tint", 13),
    edge: share("tile-edge", 38),
    night: parseFloat(read("night")) || 0.17,
    key: color.surface + color.ink,
    sans: read("sans") || "sans-serif",
  };
}
