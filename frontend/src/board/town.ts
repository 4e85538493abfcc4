/** What the board needs to know of a level: its grid, its places and when they are open. */

export interface TownPlace {
  /** place in the level's vocabulary, as in the wire's column `used` */
  index: number;
  name: string;
  title: string;
  icon: string;
  /** a second, small icon at its corner */
  badge: string | null;
  /** colour token of the meter it mainly fills: var(--m-<hue>); null for none */
  hue: string | null;
  /** [opens, closes]; 18 to 28 is from 18:00 to 4:00; null = never closes */
  hours: readonly [number, number] | null;
  /** steps one use takes; 1 where a use is instant */
  ticks: number;
}

export interface Town {
  width: number;
  height: number;
  /** how many cells away the agent sees; null = the whole grid */
  sight: number | null;
  /** length of the day; null where no clock runs */
  day: number | null;
  places: readonly TownPlace[];
}

/** Place name → [column, row] from the upper left. */
export type Layout = Readonly<Record<string, readonly [number, number]>>;

export const isOpen = (place: Pick<TownPlace, "hours">, hour: number | null, day: number | null): boolean => {
  if (hour === null || day === null || !place.hours) return true;
  const [from, to] = place.hours;
  return (hour >= from && hour < to) || (to > day && hour < to - day);
};

const LETTERS = 26;

/** The name under a column: a to z, or numbers from 1 where letters do not suffice. */
export const columnName = (town: Pick<Town, "width">, x: number): string =>
  town.width <= LETTERS ? String.fromCharCode(97 + x) : String(x + 1);

/** The name beside a row: rows count upward, as on a chess board. */
export const rowName = (town: Pick<Town, "height">, y: number): string => String(town.height - y);

/** "g7"; "31,7" on a board wider than the alphabet */
export const cellName = (town: Pick<Town, "width" | "height">, x: number, y: number): string =>
  columnName(town, x) + (town.width <= LETTERS ? "" : ",") + rowName(town, y);

/** The place on a cell, if one stands there. */
export function placeAt(town: Town, layout: Layout, x: number, y: number): TownPlace | null {
  for (const place of town.places) {
    const at = layout[place.name];
    if (at && at[0] === x && at[1] === y) return place;
  }
  return null;
}

/** How dark it is, 0 day to 1 night; dusk falls from 18:00 to 21:00, dawn breaks from 5:00 to 7:00 of a day of 24 hours. */
export function darkness(hour: number | null, day: number | null): number {
  if (hour === null || day === null) return 0;
  const h = (hour * 24) / day;
  if (h < 5 || h >= 21) return 1;
  if (h < 7) return (7 - h) / 2;
  return h >= 18 ? (h - 17) / 4 : 0;
}
