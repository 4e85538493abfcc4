/**
 * The pictures of a film, for node: the very drawing code of the pages on a canvas without a browser.
 *
 * Reads an Order as JSON from its input and writes pictures to its output, one after another: RGBA, 8 bits, row by row.
 */
import { readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import type * as Canvas from "@napi-rs/canvas";
import { begin, decodeFrame } from "@/wire";
import { momentsOf } from "./moments";
import { themed } from "./palette";
import { Picture } from "./picture";
import type { Order } from "./picture";

// Where the package lies is the caller's to say (NODE_PATH), so this script may stand anywhere.
const { createCanvas, GlobalFonts, Path2D } = createRequire(import.meta.url)("@napi-rs/canvas") as typeof Canvas;
Object.assign(globalThis, { Path2D });

const order = JSON.parse(readFileSync(0, "utf8")) as Order;
for (const { family, file } of order.fonts) GlobalFonts.registerFromPath(file, family);
const life = begin(decodeFrame(Buffer.from(order.recording, "base64")));
const create = () => createCanvas(1, 1) as unknown as HTMLCanvasElement;
const picture = new Picture(order, life, themed(order.theme), create);

for (const moment of momentsOf(life, order.fps, order.glides)) {
  picture.draw(moment);
  const { width, height } = order;
  let rest: Uint8Array = new Uint8Array(picture.context.getImageData(0, 0, width, height).data.buffer);
  while (rest.length) rest = rest.subarray(written(rest));
}

/** A pipe that is full is no mistake: the one who reads is slower. */
function written(bytes: Uint8Array): number {
  try {
    return writeSync(1, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return 0;
    throw error;
  }
}
