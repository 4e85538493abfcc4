/** The life as one picture: vitals over night bands, where the dice rolled, what was used, how it ended. Pure drawing. */
import type { Level } from "@/api";
import { faded, mix } from "@/board/color";
import { drawIcon } from "@/board/icon";
import type { Palette } from "@/board";
import { lastMoment, meterAt } from "@/wire";
import type { Life } from "@/wire";
import { eventsOf } from "./facts";

export interface LifelineLook {
  width: number;
  height: number;
  /** pictures of places used and words along the top; a phone has no room for them */
  small: boolean;
}

/** A flag on the lifeline: a bookmark, or where two lives part. */
export interface Flag {
  t: number;
  /** written on it; without words it is a mere pennant */
  text?: string;
}

const NIGHT = "#4453B0";
const SCALES = [60, 120, 200, 260, 350, 500, 750, 1000, 1500, 2000, 3000, 5000];

/** Steps the picture spans: those of a life that is over, or a round number for one that goes on. */
export function spanOf(life: Life, lifespan: number): number {
  if (life.end) return Math.max(10, life.length + Math.ceil(life.length * 0.02));
  const room = life.length * 1.1;
  return Math.min(Math.max(lifespan, 1), SCALES.find((scale) => scale >= room) ?? lifespan);
}

const topOf = ({ small }: LifelineLook) => (small ? 12 : 18);
const plotHeight = (look: LifelineLook) => look.height - topOf(look) - (look.small ? 4 : 26);
export const xOf = (look: LifelineLook, span: number, t: number): number => (t / span) * look.width;
export const timeAt = (look: LifelineLook, span: number, x: number): number => (x / look.width) * span;

/** What does not move while the life is watched. */
export function drawLife(ctx: CanvasRenderingContext2D, life: Life, level: Level, look: LifelineLook, palette: Palette, span: number): void {
  const { color } = palette;
  const top = topOf(look);
  const height = plotHeight(look);
  const X = (t: number) => xOf(look, span, t);
  const Y = (v: number) => top + (1 - v) * height;
  const last = lastMoment(life);

  ctx.save();
  ctx.beginPath();
  ctx.roundRect(0, top, look.width, height, 8);
  ctx.clip();
  ctx.fillStyle = color.sunken;
  ctx.fillRect(0, top, look.width, height);
  if (level.temporal) drawNights(ctx, life, level, span, X, top, height, mix(NIGHT, 0.17, color.sunken));
  ctx.restore();

  ctx.save();
  ctx.strokeStyle = color["ink-3"];
  ctx.globalAlpha = 0.7;
  ctx.setLineDash([2, 4]);
  ctx.beginPath();
  ctx.moveTo(0, Y(0.3));
  ctx.lineTo(look.width, Y(0.3));
  ctx.stroke();
  ctx.restore();

  const bold = (lethal: boolean) => level.meters.map((meter, m) => ({ meter, m })).filter(({ meter }) => meter.lethal === lethal);
  const line = (m: number) => {
    ctx.beginPath();
    const stride = Math.max(1, Math.floor(last / (look.width * 2)));
    for (let t = 0; t <= last; t += stride) ctx.lineTo(X(t), Y(meterAt(life, t, m)));
    ctx.lineTo(X(last), Y(meterAt(life, last, m)));
  };
  ctx.lineJoin = "round";
  if (!look.small) {
    ctx.save();
    ctx.globalAlpha = 0.42;
    ctx.lineWidth = 1.1;
    for (const { meter, m } of bold(false)) {
      ctx.strokeStyle = palette.meter(meter.hue);
      line(m);
      ctx.stroke();
    }
    ctx.restore();
  }
  for (const { meter, m } of bold(true).reverse()) {
    line(m);
    ctx.strokeStyle = faded(color.surface, 0.6);
    ctx.lineWidth = 5;
    ctx.stroke();
    ctx.strokeStyle = palette.meter(meter.hue);
    ctx.lineWidth = 2.5;
    ctx.stroke();
  }
  drawEvents(ctx, life, level, look, X, top + height, palette);
}

function drawNights(ctx: CanvasRenderingContext2D, life: Life, level: Level, span: number, X: (t: number) => number, top: number, height: number, fill: string): void {
  const hours = level.hours_per_day;
  const start = life.rows.hour[0] ?? 0;
  ctx.fillStyle = fill;
  for (let dusk = Math.round((hours * 20) / 24) - start - hours; dusk < span; dusk += hours) {
    ctx.fillRect(X(dusk), top, X(dusk + Math.round((hours * 10) / 24)) - X(dusk), height);
  }
}

/** "day 2", "day 3" where a clock runs, else "100", "200" steps; only as many as there is room for. */
function drawScale(ctx: CanvasRenderingContext2D, life: Life, level: Level, look: LifelineLook, span: number, playhead: number, { color, sans }: Palette): void {
  const X = (t: number) => xOf(look, span, t);
  const write = (text: string, t: number) => {
    if (X(t) < look.width - 36 && Math.abs(X(t) + 18 - playhead) > 28) ctx.fillText(text, X(t) + 3, topOf(look) - 5);
  };
  ctx.fillStyle = color["ink-3"];
  ctx.font = `400 10.5px ${sans}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  const room = (50 / look.width) * span;
  if (level.temporal) {
    const hours = level.hours_per_day;
    const stride = hours * Math.max(1, Math.ceil(room / hours));
    for (let t = hours - (life.rows.hour[0] ?? 0); t < span; t += stride) {
      write(`day ${Math.round((t + (life.rows.hour[0] ?? 0)) / hours) + 1}`, t);
    }
    return;
  }
  const stride = [10, 20, 50, 100, 200, 500, 1000].find((each) => each >= room) ?? 1000;
  for (let t = stride; t < span; t += stride) write(String(t), t);
}

function drawEvents(ctx: CanvasRenderingContext2D, life: Life, level: Level, look: LifelineLook, X: (t: number) => number, foot: number, palette: Palette): void {
  const hues = new Map(level.meters.map((meter) => [meter.name, meter.hue]));
  ctx.strokeStyle = palette.color.accent;
  ctx.lineWidth = 1.6;
  ctx.beginPath();
  let free = -Infinity;
  for (const event of eventsOf(life, level)) {
    if (event.kind === "random") {
      ctx.moveTo(X(event.t), foot - 3);
      ctx.lineTo(X(event.t), foot - 8);
    } else if (event.kind === "use" && !look.small) {
      // Pictures stand side by side where uses crowd; those without room are left to the list.
      const x = Math.max(X(event.t), free);
      if (x > look.width - 8 || x - X(event.t) > 30) continue;
      free = x + 15;
      drawIcon(ctx, event.place.icon, Math.max(8, x), look.height - 9, 15, palette.meter(hues.get(event.place.serves ?? "") ?? null));
    }
  }
  ctx.stroke();
}

/** Flags stand over the picture, their foot at their step. */
export function drawFlags(ctx: CanvasRenderingContext2D, flags: readonly Flag[], look: LifelineLook, span: number, { color, sans }: Palette): void {
  const top = topOf(look);
  const foot = top + plotHeight(look);
  ctx.save();
  ctx.fillStyle = ctx.strokeStyle = color.ink;
  ctx.lineWidth = 1.5;
  for (const { t, text } of flags) {
    const x = Math.max(1, Math.min(look.width - 1, xOf(look, span, t)));
    ctx.beginPath();
    ctx.moveTo(x, 1);
    ctx.lineTo(x, text ? foot : top + 6);
    ctx.stroke();
    ctx.beginPath();
    if (text) {
      ctx.font = `600 12px ${sans}`;
      const width = ctx.measureText(text).width + 14;
      const left = Math.max(0, Math.min(look.width - width, x - width / 2));
      ctx.roundRect(left, 0, width, top - 1, top / 2);
      ctx.fill();
      ctx.fillStyle = color.surface;
      ctx.textAlign = "left";
      ctx.textBaseline = "middle";
      ctx.fillText(text, left + 7, top / 2);
      ctx.fillStyle = color.ink;
    } else {
      const way = x > look.width - 12 ? -1 : 1;
      ctx.moveTo(x, 1);
      ctx.lineTo(x + way * 9, 5);
      ctx.lineTo(x, 9);
      ctx.fill();
    }
  }
  ctx.restore();
}

export interface Cursor {
  t: number;
  /** how far the live edge is, where the viewer is behind it */
  edge: number | null;
}

/** What moves: the playhead, the paler future, the live edge, the skull at the end. */
export function drawCursor(ctx: CanvasRenderingContext2D, life: Life, level: Level, look: LifelineLook, palette: Palette, span: number, { t, edge }: Cursor): void {
  const { color } = palette;
  const top = topOf(look);
  const height = plotHeight(look);
  const x = xOf(look, span, t);
  const end = xOf(look, span, lastMoment(life));
  if (!look.small) drawScale(ctx, life, level, look, span, x, palette);
  ctx.fillStyle = faded(color.surface, 0.55);
  ctx.fillRect(x, top, Math.max(0, end - x), height);
  ctx.fillStyle = faded(color.surface, 0.72);
  ctx.fillRect(end, top, look.width - end, height);
  if (!life.end) {
    ctx.save();
    ctx.strokeStyle = color["line-strong"];
    ctx.lineWidth = 2;
    ctx.lineCap = "round";
    ctx.setLineDash([0.1, 6]);
    ctx.beginPath();
    ctx.moveTo(end + 26, top + height / 2);
    ctx.lineTo(look.width, top + height / 2);
    ctx.stroke();
    ctx.restore();
  }
  if (life.end?.cause === "death") {
    const sx = Math.min(look.width - 11, end);
    const sy = top + height - (look.small ? 9 : 2);
    ctx.save();
    ctx.globalAlpha = t >= lastMoment(life) ? 1 : 0.55;
    ctx.beginPath();
    ctx.arc(sx, sy, 10, 0, 2 * Math.PI);
    ctx.fillStyle = color.danger;
    ctx.fill();
    drawIcon(ctx, "skull", sx, sy, 13, color.surface);
    ctx.restore();
  }
  if (edge !== null && edge > t) {
    const ex = xOf(look, span, edge);
    ctx.fillStyle = ctx.strokeStyle = color.live;
    ctx.lineWidth = 2;
    ctx.beginPath();
    ctx.moveTo(ex, top);
    ctx.lineTo(ex, top + height);
    ctx.stroke();
    ctx.beginPath();
    ctx.arc(ex, top - 6, 5, 0, 2 * Math.PI);
    ctx.fill();
  }
  const px = Math.max(1.5, x);
  ctx.strokeStyle = color.accent;
  ctx.lineWidth = 2.5;
  ctx.beginPath();
  ctx.moveTo(px, top - 6);
  ctx.lineTo(px, top + height);
  ctx.stroke();
  ctx.beginPath();
  ctx.arc(Math.max(8, px), top - (look.small ? 4 : 6), 6.5, 0, 2 * Math.PI);
  ctx.fillStyle = color.accent;
  ctx.fill();
  ctx.strokeStyle = color.surface;
  ctx.stroke();
  // At the right end there is no room, and the skull says it all.
  if (!look.small && x < look.width - 40) drawEnds(ctx, life, level, x, top, height, palette, t);
}

/** The vitals' signs where the playhead stands, kept apart. */
function drawEnds(ctx: CanvasRenderingContext2D, life: Life, level: Level, x: number, top: number, height: number, palette: Palette, t: number): void {
  const vitals = level.meters
    .map((meter, m) => ({ meter, y: top + (1 - meterAt(life, t, m)) * height }))
    .filter(({ meter }) => meter.lethal)
    .sort((a, b) => a.y - b.y);
  let free = top + 7;
  for (const vital of vitals) {
    vital.y = Math.max(free, Math.min(top + height - 7, vital.y));
    free = vital.y + 15;
  }
  const over = (vitals.at(-1)?.y ?? 0) - (top + height - 7);
  for (const { meter, y } of vitals) drawIcon(ctx, meter.icon, x + 13, y - Math.max(0, over), 14, palette.meter(meter.hue));
}
