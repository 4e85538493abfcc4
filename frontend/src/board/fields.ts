/** Fields over the board, one at a time: each has a shape of its own, so that colour is never alone. */
import { faded } from "./color";
import type { Palette } from "./color";
import { CELL, centre } from "./geometry";
import type { Style } from "./geometry";
import type { PolicyCell, Scene } from "./scene";
import { placeAt } from "./town";

const TURN = Math.PI / 180;

/** Squares that grow with visits. */
export function drawHeat(ctx: CanvasRenderingContext2D, { heat, town }: Scene, { color }: Palette): void {
  if (!heat) return;
  const most = Math.max(1, ...Array.from(heat));
  for (let i = 0; i < heat.length; i++) {
    const share = heat[i]! / most;
    if (!share) continue;
    const side = 14 + 54 * Math.sqrt(share);
    ctx.beginPath();
    ctx.roundRect(centre(i % town.width) - side / 2, centre(Math.floor(i / town.width)) - side / 2, side, side, 5 + side * 0.08);
    ctx.fillStyle = faded(color.heat, 0.16 + 0.62 * share);
    ctx.fill();
  }
}

/** How many dots a side a cell gets, 1 to 4 from the least new to the newest on the board; 0 where nothing was measured. */
export function dotsOf(novelty: readonly (number | null)[]): number[] {
  const known = novelty.filter((value) => value !== null);
  const least = Math.min(...known);
  const spread = Math.max(...known) - least;
  return novelty.map((value) => (value === null ? 0 : spread > 0 ? 1 + Math.round((3 * (value - least)) / spread) : 1));
}

/** More dots where the curiosity network is more surprised. */
export function drawNovelty(ctx: CanvasRenderingContext2D, { novelty, town }: Scene, { color }: Palette): void {
  if (!novelty) return;
  ctx.fillStyle = faded(color.novelty, 0.75);
  dotsOf(novelty).forEach((side, i) => {
    const [x, y] = [centre(i % town.width), centre(Math.floor(i / town.width))];
    for (let dot = 0; dot < side * side; dot++) {
      ctx.beginPath();
      ctx.arc(x + ((dot % side) - (side - 1) / 2) * (60 / side), y + (Math.floor(dot / side) - (side - 1) / 2) * (60 / side), 1.8 + 0.4 * side, 0, 360 * TURN);
      ctx.fill();
    }
  });
}

/** The best move of every cell, bolder where it is surer; a ring to use the place, two bars to wait. Behind it, the value. */
export function drawPolicy(ctx: CanvasRenderingContext2D, { policy, town, layout }: Scene, style: Style, { color }: Palette): void {
  if (!policy) return;
  const values = policy.flatMap((cell) => (cell ? [cell.value] : []));
  const least = Math.min(...values);
  const spread = Math.max(...values) - least;
  ctx.save();
  ctx.lineCap = ctx.lineJoin = "round";
  policy.forEach((cell, i) => {
    if (!cell) return;
    const x = i % town.width;
    const y = Math.floor(i / town.width);
    const built = placeAt(town, layout, x, y) !== null;
    if (!built && spread > 0) {
      ctx.globalAlpha = 1;
      ctx.fillStyle = faded(color.value, (0.16 * (cell.value - least)) / spread);
      ctx.beginPath();
      ctx.roundRect(x * CELL + 4, y * CELL + 4, CELL - 8, CELL - 8, 12);
      ctx.fill();
    }
    const strong = 0.35 + 0.65 * cell.sure;
    ctx.save();
    ctx.translate(centre(x), centre(y));
    ctx.strokeStyle = color.value;
    ctx.globalAlpha = 0.3 + 0.7 * strong;
    if (cell.kind === "interact") drawRing(ctx, style.labels === "none" ? 0 : -9);
    else if (cell.kind === "move") drawArrow(ctx, cell, strong, built);
    else drawBars(ctx, built);
    ctx.restore();
  });
  ctx.restore();
}

function drawArrow(ctx: CanvasRenderingContext2D, { dx, dy }: PolicyCell, strong: number, built: boolean): void {
  // On a place the arrow stands on the edge it leads over, so that the sign stays readable.
  const length = built ? 8 : 9 + 10 * strong;
  if (built) ctx.translate(dx * 40, dy * 40);
  ctx.rotate(Math.atan2(dx, -dy));
  ctx.lineWidth = 1.8 + 2.7 * strong;
  ctx.beginPath();
  ctx.moveTo(0, length);
  ctx.lineTo(0, -length + 3);
  ctx.moveTo(-7, -length + 9);
  ctx.lineTo(0, -length);
  ctx.lineTo(7, -length + 9);
  ctx.stroke();
}

function drawRing(ctx: CanvasRenderingContext2D, dy: number): void {
  ctx.lineWidth = 3.5;
  for (let angle = 0; angle < 360; angle += 20) {
    ctx.beginPath();
    ctx.arc(0, dy, 25, angle * TURN, (angle + 8) * TURN);
    ctx.stroke();
  }
}

function drawBars(ctx: CanvasRenderingContext2D, built: boolean): void {
  if (built) ctx.translate(26, -26);
  ctx.lineWidth = 4;
  ctx.beginPath();
  ctx.moveTo(-6, -7);
  ctx.lineTo(-6, 7);
  ctx.moveTo(6, -7);
  ctx.lineTo(6, 7);
  ctx.stroke();
}
