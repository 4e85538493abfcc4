/** The board in units of the design: a cell is 80 wide. Everything below draws in these; the canvas is scaled to fit. */
import type { Town } from "./town";

export const CELL = 80;
const GUTTER = 22;
const FOOT = 20;

export type Labels = "full" | "short" | "none";

/** How a picture is framed. */
export interface Style {
  labels: Labels;
  /** letters and numbers along the edges */
  coords: boolean;
  /** a small picture for a card: no frame, bigger figures */
  thumb: boolean;
}

/** The part of the plane that the picture shows, in units; cell (0, 0) begins at (0, 0). */
export interface View {
  x: number;
  y: number;
  width: number;
  height: number;
}

export function viewOf(town: Pick<Town, "width" | "height">, style: Style): View {
  const width = town.width * CELL;
  const height = town.height * CELL;
  if (style.thumb) return { x: 0, y: 0, width, height };
  if (!style.coords) return { x: -1, y: -1, width: width + 2, height: height + 2 };
  return { x: -GUTTER, y: -1, width: width + GUTTER + 2, height: height + FOOT + 1 };
}

/** Largest width of a cell on screen: a town of three cells is not blown up to fill the wall. */
const LARGEST_CELL = 132;

/** The picture's size on screen, CSS pixels, inside a box of that size. */
export function fit(view: View, box: { width: number; height: number }): { width: number; height: number; scale: number } {
  const scale = Math.max(0, Math.min(box.width / view.width, box.height / view.height, LARGEST_CELL / CELL));
  return { width: view.width * scale, height: view.height * scale, scale };
}

/** Names need room: below these widths of a cell they are shortened, then left to the touch and the list. */
export function labelsFor(cell: number): Labels {
  if (cell >= 58) return "full";
  return cell >= 40 ? "short" : "none";
}

export const centre = (index: number): number => index * CELL + CELL / 2;

export const COLUMN_LABEL_X = -13;
export const ROW_LABEL_Y = 16;
