/** The ground: night, grid marks, the places' plates and the letters along the edges. Changes with hour, layout and theme. */
import { faded, mix } from "./color";
import type { Palette } from "./color";
import { CELL, centre, COLUMN_LABEL_X, ROW_LABEL_Y } from "./geometry";
import type { Style } from "./geometry";
import type { Scene } from "./scene";
import { columnName, darkness, isOpen, rowName } from "./town";

const NIGHT = "#1A2350";

export function drawGround(ctx: CanvasRenderingContext2D, scene: Scene, style: Style, palette: Palette): void {
  const { town } = scene;
  const { color } = palette;
  const width = town.width * CELL;
  const height = town.height * CELL;
  const corner = style.thumb ? 0 : 18;
  const dark = darkness(scene.hour, town.day);
  for (const fill of [color.ground, ...(dark ? [faded(NIGHT, palette.night * dark)] : [])]) {
    ctx.beginPath();
    ctx.roundRect(0, 0, width, height, corner);
    ctx.fillStyle = fill;
    ctx.fill();
  }

  ctx.beginPath();
  for (let y = 1; y < town.height; y++) {
    for (let x = 1; x < town.width; x++) {
      ctx.moveTo(x * CELL - 4, y * CELL);
      ctx.lineTo(x * CELL + 4, y * CELL);
      ctx.moveTo(x * CELL, y * CELL - 4);
      ctx.lineTo(x * CELL, y * CELL + 4);
    }
  }
  ctx.strokeStyle = color.groundline;
  ctx.lineWidth = 1.5;
  ctx.lineCap = "round";
  ctx.stroke();

  for (const place of town.places) {
    const at = scene.layout[place.name];
    if (!at) continue;
    const x = at[0] * CELL;
    const y = at[1] * CELL;
    if (isOpen(place, scene.hour, town.day)) drawPlate(ctx, x, y, palette.meter(place.hue), style, palette);
    else drawShut(ctx, x, y, palette);
  }
  if (style.coords && !style.thumb) drawCoords(ctx, scene, palette);
}

function drawPlate(ctx: CanvasRenderingContext2D, x: number, y: number, hue: string, style: Style, { color, tint, edge }: Palette): void {
  const inset = style.labels === "short" ? 1.5 : 4;
  const width = CELL - 2 * inset;
  ctx.beginPath();
  ctx.roundRect(x + inset, y + 6, width, CELL - 9, 13);
  ctx.fillStyle = mix(hue, 0.34, color.ground);
  ctx.fill();
  ctx.beginPath();
  ctx.roundRect(x + inset, y + 3, width, CELL - 8, 13);
  ctx.fillStyle = mix(hue, tint, color.surface);
  ctx.fill();
  ctx.strokeStyle = mix(hue, edge, color.surface);
  ctx.lineWidth = 1.25;
  ctx.stroke();
}

function drawShut(ctx: CanvasRenderingContext2D, x: number, y: number, { color }: Palette): void {
  const side = [x + 5, y + 5, CELL - 10, CELL - 12] as const;
  ctx.save();
  ctx.beginPath();
  ctx.roundRect(...side, 12);
  ctx.clip();
  ctx.globalAlpha = 0.5;
  ctx.strokeStyle = color.groundline;
  ctx.lineWidth = 2;
  ctx.beginPath();
  const gap = 7 * Math.SQRT2;
  for (let d = -CELL; d < CELL; d += gap) {
    ctx.moveTo(x + d, y + CELL);
    ctx.lineTo(x + d + CELL, y);
  }
  ctx.stroke();
  ctx.restore();
  ctx.save();
  ctx.globalAlpha = 0.8;
  ctx.strokeStyle = color["line-strong"];
  ctx.lineWidth = 1.25;
  ctx.lineCap = "butt";
  ctx.setLineDash([3, 4]);
  ctx.beginPath();
  ctx.roundRect(...side, 12);
  ctx.stroke();
  ctx.restore();
}

function drawCoords(ctx: CanvasRenderingContext2D, { town }: Scene, { color, sans }: Palette): void {
  ctx.fillStyle = color["ink-3"];
  ctx.font = `400 12px ${sans}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "alphabetic";
  for (let y = 0; y < town.height; y++) ctx.fillText(rowName(town, y), COLUMN_LABEL_X, centre(y) + 4);
  for (let x = 0; x < town.width; x++) ctx.fillText(columnName(town, x), centre(x), town.height * CELL + ROW_LABEL_Y);
}
