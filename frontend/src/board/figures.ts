/** What moves: the glow, the trail, fog, and the agent. Drawn anew in every picture. */
import { faded } from "./color";
import type { Palette } from "./color";
import { CELL, centre } from "./geometry";
import type { Style } from "./geometry";
import { drawIcon } from "./icon";
import type { Agent, Scene } from "./scene";
import { placeAt } from "./town";

const TURN = Math.PI / 180;

/** Where the agent's feet are, in units, on its way from the cell before. */
export function feet({ x, y, from, glide }: Agent): [number, number] {
  const g = Math.min(1, Math.max(0, glide));
  return [centre(from[0]) + (x - from[0]) * CELL * g, centre(from[1]) + (y - from[1]) * CELL * g];
}

export function drawGlow(ctx: CanvasRenderingContext2D, { agent, town }: Scene, { color }: Palette): void {
  if (!agent) return;
  const [x, y] = feet(agent);
  ctx.save();
  ctx.beginPath();
  ctx.roundRect(0, 0, town.width * CELL, town.height * CELL, 18);
  ctx.clip();
  const glow = ctx.createRadialGradient(x, y, 0, x, y, 104);
  glow.addColorStop(0, faded(color.accent, 0.18));
  glow.addColorStop(1, faded(color.accent, 0));
  ctx.fillStyle = glow;
  ctx.fillRect(x - 104, y - 104, 208, 208);
  ctx.restore();
}

/** Solid where the policy chose, dotted where the dice did; the newest steps are the boldest. */
export function drawTrail(ctx: CanvasRenderingContext2D, { trail, agent }: Scene, { color }: Palette): void {
  if (!agent || !trail.length) return;
  const now = feet(agent);
  ctx.save();
  ctx.strokeStyle = color.accent;
  ctx.lineCap = "round";
  trail.forEach((step, i) => {
    const next = trail[i + 1];
    const [x, y] = next ? [centre(next.x), centre(next.y)] : now;
    if (x === centre(step.x) && y === centre(step.y)) return;
    const age = (i + 1) / (trail.length + 1);
    ctx.globalAlpha = 0.06 + 0.8 * age * age;
    ctx.lineWidth = 2.2 + 3 * age;
    ctx.setLineDash(step.random ? [1, 9] : []);
    ctx.beginPath();
    ctx.moveTo(centre(step.x), centre(step.y));
    ctx.lineTo(x, y);
    ctx.stroke();
  });
  ctx.setLineDash([]);
  trail.forEach((step, i) => {
    const age = (i + 1) / (trail.length + 1);
    const x = centre(step.x);
    const y = centre(step.y);
    ctx.beginPath();
    if (step.random) {
      ctx.globalAlpha = 0.2 + 0.8 * age;
      const r = 5 * Math.SQRT2;
      ctx.moveTo(x, y - r);
      ctx.lineTo(x + r, y);
      ctx.lineTo(x, y + r);
      ctx.lineTo(x - r, y);
      ctx.closePath();
      ctx.lineWidth = 2.4;
      ctx.lineJoin = "round";
      ctx.fillStyle = color.ground;
      ctx.fill();
      ctx.stroke();
    } else {
      ctx.globalAlpha = 0.08 + 0.85 * age * age;
      ctx.arc(x, y, 2.6 + 1.6 * age, 0, 2 * Math.PI);
      ctx.fillStyle = color.accent;
      ctx.fill();
    }
  });
  ctx.restore();
}

export function drawSight(ctx: CanvasRenderingContext2D, { sight, agent, town }: Scene, { color }: Palette): void {
  if (!sight || !agent || town.sight === null) return;
  const left = Math.max(0, agent.x - town.sight) * CELL;
  const top = Math.max(0, agent.y - town.sight) * CELL;
  const width = Math.min(town.width, agent.x + town.sight + 1) * CELL - left;
  const height = Math.min(town.height, agent.y + town.sight + 1) * CELL - top;
  ctx.save();
  ctx.beginPath();
  ctx.roundRect(0, 0, town.width * CELL, town.height * CELL, 18);
  ctx.clip();
  ctx.beginPath();
  ctx.rect(0, 0, town.width * CELL, town.height * CELL);
  ctx.rect(left, top, width, height);
  ctx.fillStyle = faded(color.ground, 0.66);
  ctx.fill("evenodd");
  ctx.beginPath();
  ctx.roundRect(left + 2, top + 2, width - 4, height - 4, 16);
  ctx.setLineDash([2, 7]);
  ctx.lineCap = "round";
  ctx.lineWidth = 2;
  ctx.strokeStyle = color.accent;
  ctx.stroke();
  ctx.restore();
}

export function drawAgent(ctx: CanvasRenderingContext2D, scene: Scene, style: Style, palette: Palette): void {
  const { agent, town, layout } = scene;
  if (!agent) return;
  const { color } = palette;
  const aside = (x: number, y: number): [number, number] =>
    style.labels !== "none" && placeAt(town, layout, x, y) ? [14, -12] : [0, style.thumb && y === 0 ? 12 : -2];
  const [x, y] = feet(agent);
  const before = aside(...agent.from);
  const after = aside(agent.x, agent.y);
  const g = Math.min(1, Math.max(0, agent.glide));
  const px = x + before[0] + (after[0] - before[0]) * g;
  const py = y + before[1] + (after[1] - before[1]) * g;
  const [dx, dy] = agent.toward;

  if ((dx || dy) && agent.state === "alive" && !style.thumb) {
    ctx.save();
    ctx.translate(x + dx * 43, y + dy * 43);
    ctx.rotate(Math.atan2(dx, -dy));
    ctx.beginPath();
    ctx.arc(0, 0, 14, 0, 2 * Math.PI);
    ctx.fillStyle = color.accent;
    ctx.fill();
    ctx.strokeStyle = color["actor-halo"];
    ctx.lineWidth = 2.5;
    ctx.stroke();
    ctx.beginPath();
    ctx.moveTo(-5.5, 2.5);
    ctx.lineTo(0, -4);
    ctx.lineTo(5.5, 2.5);
    ctx.strokeStyle = color["accent-ink"];
    ctx.lineWidth = 3;
    ctx.lineCap = ctx.lineJoin = "round";
    ctx.stroke();
    ctx.restore();
  }
  if (agent.ring && agent.state === "alive") {
    const { done, of } = agent.ring;
    ctx.lineWidth = 5;
    ctx.lineCap = "round";
    for (let i = 0; i < of; i++) {
      const gap = of > 1 ? 9 : 0;
      ctx.beginPath();
      ctx.arc(px, py + 2, 31, ((i / of) * 360 + gap / 2 - 90) * TURN, (((i + 1) / of) * 360 - gap / 2 - 90) * TURN);
      ctx.strokeStyle = i < done ? color.accent : color.groundline;
      ctx.stroke();
    }
  }
  if (agent.state === "dead") {
    ctx.beginPath();
    ctx.arc(px, py, 26, 0, 2 * Math.PI);
    ctx.fillStyle = color.danger;
    ctx.fill();
    drawIcon(ctx, "skull", px, py, 32, color.surface);
    return;
  }
  drawPawn(ctx, px, py, dx, dy, style.thumb ? 1.6 : style.labels === "short" ? 1.22 : 1, palette);
}

/** The pawn: head, cloak, eyes that look where it wants to go, and a ring at its feet. */
function drawPawn(ctx: CanvasRenderingContext2D, x: number, y: number, dx: number, dy: number, scale: number, { color }: Palette): void {
  const head = (grow: number) => {
    ctx.beginPath();
    ctx.arc(0, -11, 12.5 + grow, 0, 2 * Math.PI);
  };
  ctx.save();
  ctx.translate(x, y);
  ctx.scale(scale, scale);
  ctx.beginPath();
  ctx.ellipse(0, 21, 21, 7, 0, 0, 2 * Math.PI);
  ctx.fillStyle = faded(color.accent, 0.28);
  ctx.fill();
  ctx.strokeStyle = color.accent;
  ctx.lineWidth = 3;
  ctx.stroke();

  cloak ??= new Path2D("M-15 17C-15 5-9 0 0 0S15 5 15 17Q15 21 11 21H-11Q-15 21-15 17Z");
  ctx.fillStyle = ctx.strokeStyle = color["actor-halo"];
  ctx.lineWidth = 7;
  ctx.lineJoin = "round";
  ctx.stroke(cloak);
  head(3.5);
  ctx.fill();
  ctx.fillStyle = color.actor;
  ctx.fill(cloak);
  head(0);
  ctx.fill();
  ctx.fillStyle = color["actor-halo"];
  for (const eye of [-4.6, 4.6]) {
    ctx.beginPath();
    ctx.arc(eye + dx * 3, -12 + dy * 3, 2.5, 0, 2 * Math.PI);
    ctx.fill();
  }
  ctx.restore();
}
let cloak: Path2D | undefined;
