/** One life, growing frame by frame. Live and replay are this one thing. */
import type { End, Frame, Meta } from "./frame";

/** A frame's place in the life: after so many rows the trainer's clock and the chain stood here. */
export interface Mark {
  rows: number;
  at: number;
  hash: Uint8Array;
}

/** The rows' memory. Shared by a life and the longer lives grown from it, each of which reads only its own length. */
interface Rows {
  used: number;
  capacity: number;
  /** columns of whole numbers and of float32, one entry a row */
  x: Int32Array;
  y: Int32Array;
  action: Int32Array;
  greedy: Int32Array;
  random: Int32Array;
  mask: Int32Array;
  hour: Int32Array;
  progress: Int32Array;
  place: Int32Array;
  reward: Float32Array;
  intrinsic: Float32Array;
  /** float32, `width` entries a row */
  meters: Float32Array;
  q: Float32Array;
}

export interface Life {
  readonly run: string;
  readonly number: number;
  readonly meta: Meta;
  /** rows so far */
  readonly length: number;
  /** meters and actions a row */
  readonly width: { readonly meters: number; readonly q: number };
  readonly rows: Rows;
  /** number of the frame that comes next */
  readonly seq: number;
  readonly marks: readonly Mark[];
  readonly end: End | null;
}

/** A life seen at one moment: before step `t`, or after the last step when `t` is the number of steps. */
export interface Moment {
  t: number;
  x: number;
  y: number;
  hour: number;
  progress: number;
  meters: Float32Array;
  /** the choice made here; null once the life is over */
  choice: Choice | null;
}
export interface Choice {
  action: number;
  greedy: number;
  random: boolean;
  mask: number;
  q: Float32Array;
  reward: number;
  intrinsic: number;
  /** place used successfully, or -1 */
  used: number;
}

const INTS = ["x", "y", "action", "greedy", "random", "mask", "hour", "progress", "place"] as const;
const FLOATS = ["reward", "intrinsic"] as const;
const WIDE = ["meters", "q"] as const;

function room(capacity: number, meters: number, q: number): Rows {
  const ints = Object.fromEntries(INTS.map((name) => [name, new Int32Array(capacity)])) as Record<(typeof INTS)[number], Int32Array>;
  return {
    used: 0,
    capacity,
    ...ints,
    reward: new Float32Array(capacity),
    intrinsic: new Float32Array(capacity),
    meters: new Float32Array(capacity * meters),
    q: new Float32Array(capacity * q),
  };
}

function moved(from: Rows, length: number, capacity: number, width: Life["width"]): Rows {
  const to = room(capacity, width.meters, width.q);
  for (const name of [...INTS, ...FLOATS]) to[name].set(from[name].subarray(0, length));
  for (const name of WIDE) to[name].set(from[name].subarray(0, length * width[name]));
  to.used = length;
  return to;
}

/** The life that a first frame (`seq` 0) begins; a recording is one such frame with all of it. */
export function begin(frame: Frame): Life {
  if (frame.seq !== 0 || frame.first !== 0 || !frame.meta) throw new Error(`frame ${frame.seq} does not begin a life`);
  const width = { meters: frame.cols.meters[0]?.length ?? 0, q: frame.cols.q[0]?.length ?? 0 };
  const empty: Life = {
    run: frame.run,
    number: frame.episode,
    meta: frame.meta,
    length: 0,
    width,
    rows: room(Math.max(64, frame.cols.x.length), width.meters, width.q),
    seq: 0,
    marks: [],
    end: null,
  };
  return append(empty, frame);
}

/** The life with this frame's rows, or null if the frame is not the one that comes next. */
export function extend(life: Life, frame: Frame): Life | null {
  const next =
    frame.run === life.run && frame.episode === life.number && frame.seq === life.seq && frame.first === life.length && !life.end;
  return next ? append(life, frame) : null;
}

function append(life: Life, frame: Frame): Life {
  const { cols } = frame;
  const added = cols.x.length;
  const length = life.length + added;
  // A life whose first frame had no rows learns its widths from the second.
  const width = life.length || !added ? life.width : { meters: cols.meters[0]!.length, q: cols.q[0]!.length };
  let rows = life.rows;
  if (width !== life.width) rows = room(rows.capacity, width.meters, width.q);
  // Someone else has grown this life already, or the room is full: go on in rows of one's own.
  if (rows.used !== life.length || length > rows.capacity) rows = moved(rows, life.length, Math.max(2 * rows.capacity, length), width);
  for (const name of INTS) rows[name].set(name === "place" ? cols.used : cols[name], life.length);
  for (const name of FLOATS) rows[name].set(cols[name], life.length);
  for (const name of WIDE) {
    for (let i = 0; i < added; i++) rows[name].set(cols[name][i]!, (life.length + i) * width[name]);
  }
  rows.used = length;
  const mark: Mark = { rows: length, at: frame.at, hash: frame.hash };
  return { ...life, length, width, rows, seq: life.seq + 1, marks: [...life.marks, mark], end: frame.end };
}

/** The last moment that can be shown: the state after the last step once the life is over, else before the newest step. */
export const lastMoment = (life: Life): number => (life.end ? life.length : life.length - 1);

/** The life at moment `t`, 0 <= t <= lastMoment(life). */
export function momentOf(life: Life, t: number): Moment {
  if (t < 0 || t > lastMoment(life)) throw new RangeError(`moment ${t} of a life with moments 0 to ${lastMoment(life)}`);
  const { rows, width, end } = life;
  if (t === life.length && end) {
    const { x, y, meters, hour } = end.final;
    return { t, x, y, hour, progress: 0, meters: Float32Array.from(meters), choice: null };
  }
  return {
    t,
    x: rows.x[t]!,
    y: rows.y[t]!,
    hour: rows.hour[t]!,
    progress: rows.progress[t]!,
    meters: rows.meters.subarray(t * width.meters, (t + 1) * width.meters),
    choice: {
      action: rows.action[t]!,
      greedy: rows.greedy[t]!,
      random: rows.random[t] === 1,
      mask: rows.mask[t]!,
      q: rows.q.subarray(t * width.q, (t + 1) * width.q),
      reward: rows.reward[t]!,
      intrinsic: rows.intrinsic[t]!,
      used: rows.place[t]!,
    },
  };
}

/** Meter `m` at moment `t`, in 0..1. */
export const meterAt = (life: Life, t: number, m: number): number =>
  t < life.length ? life.rows.meters[t * life.width.meters + m]! : life.end!.final.meters[m]!;
