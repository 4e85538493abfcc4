/** The chain of hashes that proves a life to be the trainer's own, to the bit (docs/wire.md, "The chain"). */
import type { Life } from "./life";
import { sha256 } from "./sha256";

/** bytes of a row before its float32 numbers */
const HEAD = 13;

/** How far a life has been checked. Carry it from call to call. */
export interface Proof {
  life: string;
  rows: number;
  link: Uint8Array;
  /** false as soon as one frame's hash does not fit its rows; true once all of a life that has ended fit */
  verdict: boolean | null;
}

export const firstLink = (run: string, episode: number): Uint8Array => sha256(new TextEncoder().encode(`hamlet life ${run} ${episode}`));

export const beginProof = (life: Life): Proof => ({ life: `${life.run} ${life.number}`, rows: 0, link: firstLink(life.run, life.number), verdict: null });

/** The proof `budget` rows further on. Cheap enough for an idle moment: about 10 µs a row. */
export function advanceProof(proof: Proof, life: Life, budget: number): Proof {
  if (proof.life !== `${life.run} ${life.number}`) return advanceProof(beginProof(life), life, budget);
  if (proof.verdict !== null) return proof;
  let { link, rows } = proof;
  const stop = Math.min(life.length, rows + budget);
  const marks = new Map(life.marks.map((mark) => [mark.rows, mark.hash]));
  const bytes = new Uint8Array(32 + HEAD + 4 * (life.width.meters + life.width.q + 2));
  const view = new DataView(bytes.buffer);
  const fits = () => {
    const hash = marks.get(rows);
    return !hash || hash.every((byte, i) => byte === link[i]);
  };
  if (rows === 0 && !fits()) return { ...proof, verdict: false };
  while (rows < stop) {
    bytes.set(link);
    writeRow(view, 32, life, rows);
    link = sha256(bytes);
    rows++;
    if (!fits()) return { ...proof, rows, link, verdict: false };
  }
  return { ...proof, rows, link, verdict: life.end && rows === life.length ? true : null };
}

function writeRow(view: DataView, at: number, life: Life, row: number): void {
  const { rows, width } = life;
  view.setUint16(at, rows.x[row]!, true);
  view.setUint16(at + 2, rows.y[row]!, true);
  view.setUint8(at + 4, rows.action[row]!);
  view.setUint8(at + 5, rows.greedy[row]!);
  view.setUint8(at + 6, rows.random[row]!);
  view.setUint16(at + 7, rows.mask[row]!, true);
  view.setUint8(at + 9, rows.hour[row]!);
  view.setUint8(at + 10, rows.progress[row]!);
  view.setInt16(at + 11, rows.place[row]!, true);
  let next = at + 13;
  const put = (value: number) => {
    view.setFloat32(next, value, true);
    next += 4;
  };
  for (let i = 0; i < width.meters; i++) put(rows.meters[row * width.meters + i]!);
  for (let i = 0; i < width.q; i++) put(rows.q[row * width.q + i]!);
  put(rows.reward[row]!);
  put(rows.intrinsic[row]!);
}
