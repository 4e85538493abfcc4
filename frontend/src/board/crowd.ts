/** All lanes at once: a dot for every life, darker the longer it has lasted. The watched lane's dot is the agent's colour. */
import { faded } from "./color";
import type { Palette } from "./color";
import { CELL } from "./geometry";
import type { Scene } from "./scene";

export interface Crowd {
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  age: ArrayLike<number>;
  /** steps after which a dot is as dark as it gets */
  lifespan: number;
}

const DOT = 4.6;
const INSET = 9;
const SPREAD = CELL - 2 * INSET;
/** Each lane has a spot of its own in its cell, spread evenly (Roberts' R2 sequence), so that dots seldom cover each other. */
const spot = (lane: number): [number, number] => [((lane + 1) * 0.7548776662466927) % 1, ((lane + 1) * 0.5698402909980532) % 1];

export function drawCrowd(ctx: CanvasRenderingContext2D, { crowd }: Scene, { color }: Palette): void {
  if (!crowd) return;
  const dot = (lane: number, radius: number) => {
    const [dx, dy] = spot(lane);
    ctx.beginPath();
    ctx.arc(crowd.x[lane]! * CELL + INSET + dx * SPREAD, crowd.y[lane]! * CELL + INSET + dy * SPREAD, radius, 0, 2 * Math.PI);
    ctx.fill();
  };
  ctx.save();
  for (let lane = 1; lane < crowd.x.length; lane++) {
    ctx.fillStyle = faded(color.ink, 0.22 + 0.68 * Math.min(1, crowd.age[lane]! / crowd.lifespan));
    dot(lane, DOT);
  }
  if (crowd.x.length) {
    ctx.fillStyle = color.surface;
    dot(0, DOT * 2.2);
    ctx.fillStyle = color.accent;
    dot(0, DOT * 1.6);
  }
  ctx.restore();
}
