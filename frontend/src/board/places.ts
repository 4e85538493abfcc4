import { tr } from "@/words";
/** The places' signs: icon, name, lock and opening hour. Changes with the hour and with where the agent stands. */
import { mix } from "./color";
import type { Palette } from "./color";
import { CELL } from "./geometry";
import type { Style } from "./geometry";
import { drawIcon } from "./icon";
import type { Scene } from "./scene";
import { isOpen } from "./town";
import type { TownPlace } from "./town";

export function drawPlaces(ctx: CanvasRenderingContext2D, scene: Scene, style: Style, palette: Palette): void {
  for (const place of scene.town.places) {
    const at = scene.layout[place.name];
    if (!at) continue;
    const here = scene.agent?.x === at[0] && scene.agent.y === at[1];
    drawPlace(ctx, place, at[0] * CELL, at[1] * CELL, isOpen(place, scene.hour, scene.town.day), here, style, palette);
  }
}

function drawPlace(ctx: CanvasRenderingContext2D, place: TownPlace, x: number, y: number, open: boolean, here: boolean, style: Style, palette: Palette): void {
  const { color } = palette;
  const hue = palette.meter(place.hue);
  const plate = mix(hue, palette.tint, color.surface);
  const middle = x + CELL / 2;
  const named = style.labels !== "none";
  const short = style.labels === "short";
  const size = (short ? 40 : named ? 35 : style.thumb ? 56 : 46) * (named && !open ? 0.7 : 1);
  const iconX = here && named ? middle - 20 : middle;
  const iconY = y + (named ? (open || short ? 31 : 38) : 39) - (here && named ? 4 : 0);
  const small = here && named;

  if (open) {
    // A disc in the plate's colour keeps heat and trail from running through the sign.
    ctx.beginPath();
    ctx.arc(iconX, iconY, small ? 16 : size * 0.6, 0, 2 * Math.PI);
    ctx.fillStyle = plate;
    ctx.fill();
  }
  const ink = open ? hue : color["ink-3"];
  ctx.save();
  ctx.globalAlpha = open ? 1 : 0.42;
  drawIcon(ctx, place.icon, iconX, iconY, small ? size * 0.72 : size, ink);
  if (place.badge) {
    const by = named ? [small ? 11 : 15, small ? 11 : 14, small ? 12 : 15] : [20, 18, 20];
    drawIcon(ctx, place.badge, iconX + by[0]!, iconY - by[1]!, by[2]!, ink);
  }
  ctx.restore();

  if (named) drawName(ctx, place, middle, y, open, short, plate, palette);
  if (open) return;
  if (short || !named) {
    if (!style.thumb) drawIcon(ctx, "lock-simple", x + CELL - (short ? 17 : 16), y + (short ? 18 : 17), short ? 16 : 15, color["ink-3"]);
    return;
  }
  drawIcon(ctx, "lock-simple", middle - 19, y + 16, 12.5, color["ink-2"]);
  ctx.fillStyle = color["ink-2"];
  ctx.font = `600 12.5px ${palette.sans}`;
  ctx.textAlign = "left";
  ctx.fillText(`${place.hours![0]}:00`, middle - 10, y + 20.5);
}

function drawName(ctx: CanvasRenderingContext2D, place: TownPlace, middle: number, y: number, open: boolean, short: boolean, plate: string, { color, sans }: Palette): void {
  const size = short ? 17.5 : 13;
  ctx.font = `${open ? 600 : 500} ${size}px ${sans}`;
  ctx.letterSpacing = `${(size * (short ? -0.035 : -0.02)).toFixed(2)}px`;
  ctx.textAlign = "center";
  ctx.textBaseline = "alphabetic";
  const text = fitted(ctx, (short && SHORT[place.name]) || place.title, CELL - (short ? 2 : 8));
  const base = y + (short ? 68 : 66);
  if (open) {
    ctx.strokeStyle = plate;
    ctx.lineWidth = 4;
    ctx.lineJoin = "round";
    ctx.strokeText(text, middle, base);
  }
  ctx.fillStyle = open ? color.ink : color["ink-2"];
  ctx.fillText(text, middle, base);
  ctx.letterSpacing = "0px";
}

/** Short names of places that many levels have; others are cut where the room ends. */
const SHORT: Readonly<Record<string, string>> = { LuxuryBed: tr("LuxBed"), HomeMeal: tr("Meal"), Recreation: tr("Recreat.") };

/** The name, or as much of its beginning as fits, with a full stop. */
export function fitted(ctx: Pick<CanvasRenderingContext2D, "measureText">, name: string, room: number): string {
  const fits = (text: string) => ctx.measureText(text).width <= room;
  if (fits(name)) return name;
  for (let end = name.length - 1; end > 1; end--) {
    const text = `${name.slice(0, end).trimEnd()}.`;
    if (fits(text)) return text;
  }
  return name.slice(0, 1);
}
