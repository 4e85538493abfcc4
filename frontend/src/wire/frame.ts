/**
 * The frame: a chunk of one life as it travels, live and kept. A recording is one frame with a whole life in it.
 * Described in docs/wire.md, written by backend/hamlet/tape/wire.py; both are held together by tests/wire/.
 */
import { decode } from "@msgpack/msgpack";

export const VERSION = 1;

const INT_COLUMNS = ["x", "y", "action", "greedy", "random", "mask", "hour", "progress", "used"] as const;
const FLOAT_COLUMNS = ["reward", "intrinsic"] as const;
const ROW_COLUMNS = ["meters", "q"] as const;
type IntColumn = (typeof INT_COLUMNS)[number];
type FloatColumn = (typeof FLOAT_COLUMNS)[number];
type RowColumn = (typeof ROW_COLUMNS)[number];

/** Rows as columns of equal length; a row is one step of training. */
export type FrameColumns = Record<IntColumn | FloatColumn, number[]> & Record<RowColumn, number[][]>;

/** What is true of the whole life. */
export interface Meta {
  level: string;
  digest: string;
  /** place → [column, row], from the upper left */
  layout: Record<string, [number, number]>;
  /** stage of the curriculum, from 1; null without one */
  stage: number | null;
  /** factor on the meters' own depletion */
  multiplier: number;
  /** chance that a step rolls the dice, as the life began */
  epsilon: number;
  /** gradient updates of the acting network, as the life began */
  weights: number;
  /** lives of the watched lane that went by since the life shown before; on the live stream only */
  passed?: number;
  /** steps per second the run is held to, null at full speed; on the live stream only */
  pace?: number | null;
}

/** What became of a life. */
export interface End {
  /** ran out of a lethal meter; reached its lifespan; was ended by the trainer */
  cause: "death" | "retired" | "cut";
  steps: number;
  /** sum of the world's rewards */
  return: number;
  intrinsic_return: number;
  /** for a death: the meter that ran out, and the one whose lack drained it most */
  died_of: string | null;
  root: string | null;
  /** trainer's clock, ms since 1970 */
  at: number;
  final: { x: number; y: number; meters: number[]; hour: number };
}

export interface Frame {
  run: string;
  /** number of the life among the watched lane's, from 0 */
  episode: number;
  /** number of the frame within the life, from 0, gapless */
  seq: number;
  /** index of the first row within the life */
  first: number;
  /** trainer's clock at the newest row, or at the life's end; ms since 1970 */
  at: number;
  cols: FrameColumns;
  end: End | null;
  meta: Meta | null;
  /** the chain after the last row, 32 bytes */
  hash: Uint8Array;
}

/** Bytes that are not a frame; the message says what is wrong with them. */
export class WireError extends Error {
  override readonly name = "WireError";
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isWhole = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;

/** The frame in these bytes. WireError if they are none. */
export function decodeFrame(bytes: ArrayBuffer | Uint8Array): Frame {
  let frame: unknown;
  try {
    frame = decode(bytes);
  } catch (cause) {
    throw new WireError(`not msgpack: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  if (!isObject(frame)) throw new WireError("not a map");
  if (frame["v"] !== VERSION) throw new WireError(`version ${String(frame["v"])}; this page reads version ${VERSION}`);
  for (const key of ["episode", "seq", "first", "at"] as const) {
    if (!isWhole(frame[key])) throw new WireError(`${key} is ${String(frame[key])}; must be a whole number`);
  }
  if (typeof frame["run"] !== "string") throw new WireError("run is missing");
  if (!(frame["hash"] instanceof Uint8Array) || frame["hash"].length !== 32) throw new WireError("hash is not 32 bytes");
  if (frame["seq"] === 0 ? !isObject(frame["meta"]) : frame["meta"] !== null) throw new WireError("meta belongs to frame 0 alone");
  if (frame["end"] !== null && !isObject(frame["end"])) throw new WireError("end is neither null nor a map");
  checkColumns(frame["cols"]);
  return frame as unknown as Frame;
}

function checkColumns(cols: unknown): void {
  if (!isObject(cols)) throw new WireError("cols is not a map");
  let rows = -1;
  for (const name of [...INT_COLUMNS, ...FLOAT_COLUMNS, ...ROW_COLUMNS]) {
    const column = cols[name];
    if (!Array.isArray(column)) throw new WireError(`column ${name} is missing`);
    if (rows >= 0 && column.length !== rows) throw new WireError(`column ${name} has ${column.length} rows, others ${rows}`);
    rows = column.length;
  }
  for (const name of ROW_COLUMNS) {
    const column = cols[name] as unknown[];
    const width = Array.isArray(column[0]) ? column[0].length : 0;
    if (!column.every((row) => Array.isArray(row) && row.length === width)) throw new WireError(`rows of ${name} differ in length`);
  }
}
