/** Several lives on one board: a numbered disc for each, in a colour of its own, with the way it came. */
import { faded } from "./color";
import type { Palette } from "./color";
import { feet } from "./figures";
import { CELL, centre } from "./geometry";
import { drawIcon } from "./icon";
import type { Ghost, Scene } from "./scene";

const RADIUS = 14;
/** Where the discs stand in a cell, so that none covers another: two above, one in the middle, two below. */
const SPOTS = [[-20, -18], [20, -18], [0, 2], [-20, 22], [20, 22]] as const;
const spotOf = ({ number }: Ghost): readonly [number, number] => SPOTS[number % SPOTS.length]!;

export function drawGhosts(ctx: CanvasRenderingContext2D, { ghosts }: Scene, palette: Palette): void {
  if (!ghosts) return;
  ctx.save();
  for (const ghost of ghosts) drawWay(ctx, ghost, palette);
  // The first ones last: who is on top does not change with the step.
  for (const ghost of [...ghosts].reverse()) drawDisc(ctx, ghost, palette);
  ctx.restore();
}

function drawWay(ctx: CanvasRenderingContext2D, ghost: Ghost, { runs }: Palette): void {
  const [dx, dy] = spotOf(ghost);
  const points = [...ghost.trail.map(({ x, y }): [number, number] => [centre(x), centre(y)]), feet(ghost.agent)];
  ctx.lineCap = ctx.lineJoin = "round";
  ctx.lineWidth = 3;
  for (let i = 1; i < points.length; i++) {
    ctx.beginPath();
    ctx.moveTo(points[i - 1]![0] + dx, points[i - 1]![1] + dy);
    ctx.lineTo(points[i]![0] + dx, points[i]![1] + dy);
    ctx.strokeStyle = faded(runs[ghost.number]!, 0.12 + 0.5 * (i / points.length));
    ctx.stroke();
  }
}

function drawDisc(ctx: CanvasRenderingContext2D, ghost: Ghost, { color, runs, sans }: Palette): void {
  const { agent, number } = ghost;
  const [dx, dy] = spotOf(ghost);
  const [x, y] = feet(agent);
  const dead = agent.state === "dead";
  ctx.globalAlpha = dead ? 0.55 : 1;
  ctx.beginPath();
  ctx.arc(x + dx, y + dy, RADIUS, 0, 2 * Math.PI);
  ctx.fillStyle = runs[number]!;
  ctx.fill();
  ctx.strokeStyle = color.surface;
  ctx.lineWidth = 3;
  ctx.stroke();
  if (dead) drawIcon(ctx, "skull", x + dx, y + dy, RADIUS * 1.3, color.surface);
  else {
    ctx.fillStyle = color.surface;
    ctx.font = `700 ${CELL * 0.2}px ${sans}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "alphabetic";
    ctx.fillText(String(number + 1), x + dx, y + dy + CELL * 0.07);
  }
  ctx.globalAlpha = 1;
}
