/**
 * All lanes of a run at once: pictures, about six a second, over a socket of their own, open only while someone looks
 * (docs/wire.md, "All lives at once"; written by backend/hamlet/tape/lanes.py).
 */
import { decode } from "@msgpack/msgpack";
import { pageNow } from "./clock";
import { WireError } from "./frame";
import { hold, socketUrl } from "./socket";
import type { Connection, Link } from "./socket";

export interface Lanes {
  run: string;
  /** trainer's clock, ms since 1970 */
  at: number;
  /** lane-steps of the run so far */
  steps: number;
  /** lanes of the run; the picture shows the first `x.length` */
  of: number;
  /** column and row of each lane's agent; the watched lane is the first */
  x: Uint8Array;
  y: Uint8Array;
  /** steps that each life has lasted */
  age: Uint16Array;
}

/** The picture in these bytes. WireError if they are none. */
export function decodeLanes(bytes: ArrayBuffer | Uint8Array): Lanes {
  let picture: unknown;
  try {
    picture = decode(bytes);
  } catch (cause) {
    throw new WireError(`not msgpack: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  const { lanes, x, y, age, ...rest } = (picture ?? {}) as Record<string, unknown>;
  if (lanes !== 1) throw new WireError("not a picture of all lanes of version 1");
  if (!(x instanceof Uint8Array && y instanceof Uint8Array && age instanceof Uint8Array)) throw new WireError("x, y and age must be bytes");
  if (x.length !== y.length || age.length !== 2 * x.length) throw new WireError("x, y and age differ in length");
  const view = new DataView(age.buffer, age.byteOffset, age.byteLength);
  return { ...rest, x, y, age: Uint16Array.from(x, (_, i) => view.getUint16(2 * i, true)) } as Lanes;
}

/** Looks at all lanes until the returned connection is closed. */
export function lookAt(run: string, on: { picture: (lanes: Lanes) => void; link: (link: Link) => void }): Connection {
  const see = (data: ArrayBuffer) => {
    on.picture(decodeLanes(data));
    return null; // each picture is whole in itself
  };
  return hold(`${socketUrl(run)}/lanes`, on, { see, anAck: 1 });
}

/** How old a picture is now, ms, by the trainer's clock; null while the distance of the clocks is not known. */
export const ageOf = (lanes: Lanes, offset: number | null): number | null => (offset === null ? null : Math.max(0, pageNow() + offset - lanes.at));
