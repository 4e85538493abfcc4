/** One picture of a film: the board, what it thinks and feels, and its life as a line. 1280 × 720 units. */
import type { Level } from "@/api";
import { drawIcon } from "@/board/icon";
import type { Palette, Town } from "@/board";
import { draw, Layers } from "@/board/draw";
import { CELL, fit, labelsFor, viewOf } from "@/board/geometry";
import { endTitle, SIGN } from "@/features/watch/causes";
import { sentenceOf } from "@/features/watch/choice";
import { dayOf, skyIcon } from "@/features/watch/facts";
import { actionIcon, amount, CRITICAL, markOf } from "@/features/watch/level";
import { drawCursor, drawLife, spanOf } from "@/features/watch/lifeline";
import { sceneOf } from "@/features/watch/scene";
import { townOf } from "@/level/town";
import { learnIcons } from "@/ui/Icon";
import { momentOf } from "@/wire";
import type { Life, Moment } from "@/wire";
import type { Playing } from "./moments";

/** What the server asks for (backend/lab/lives/film.py). */
export interface Order {
  /** of the run */
  name: string;
  level: Level;
  /** a frame with a whole life (docs/wire.md), base64 */
  recording: string;
  theme: "light" | "dark";
  /** pixels; 16 : 9 */
  width: number;
  height: number;
  /** pictures a second; the life plays at 8 steps a second */
  fps: number;
  glides: boolean;
  fonts: readonly { family: string; file: string }[];
}

const WIDTH = 1280;
const BOARD = { x: 20, y: 20, width: 596, height: 576 };
const SIDE = { x: 656, width: 600 };
const LINE = { x: 24, y: 612, width: 1232, height: 92 };
const DISPLAY = "Bricolage, Inter";

export class Picture {
  readonly context: CanvasRenderingContext2D;
  private readonly board: CanvasRenderingContext2D;
  private readonly line: CanvasRenderingContext2D;
  private readonly layers: Layers;
  private readonly town: Town;
  /** device pixels a unit */
  private readonly ratio: number;
  private lineDrawn = false;
  /** the step that the whole picture shows */
  private shown = -1;

  constructor(
    private readonly order: Order,
    private readonly life: Life,
    private readonly palette: Palette,
    create: () => HTMLCanvasElement,
  ) {
    this.ratio = order.width / WIDTH;
    this.layers = new Layers(create);
    learnIcons(order.level);
    this.town = townOf(order.level);
    this.context = sized(create(), order.width, order.height);
    const { width, height } = this.fitted();
    this.board = sized(create(), Math.round(width * this.ratio), Math.round(height * this.ratio));
    this.line = sized(create(), Math.round(LINE.width * this.ratio), Math.round(LINE.height * this.ratio));
  }

  private fitted() {
    return fit(viewOf(this.town, { labels: "full", coords: true, thumb: false }), BOARD);
  }

  draw({ watch, now, glides }: Playing): void {
    const { palette, ratio, life, order } = this;
    const scene = sceneOf(watch, order.level, this.town, { trail: true, field: null }, now, !glides);
    const { width, height, scale } = this.fitted();
    if (scene) draw(this.board, scene, { labels: labelsFor(scale * CELL), coords: true, thumb: false }, palette, scale * ratio, this.layers);
    const x = Math.round((BOARD.x + (BOARD.width - width) / 2) * ratio);
    const y = Math.round((BOARD.y + (BOARD.height - height) / 2) * ratio);
    // Between two steps only the figure moves.
    if (watch.t === this.shown) return this.place(this.board, x, y);
    this.shown = watch.t;
    const moment = momentOf(life, watch.t);
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.fillStyle = palette.color.surface;
    this.context.fillRect(0, 0, order.width, order.height);
    this.place(this.board, x, y);
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.drawTitle(moment);
    this.drawChoice(moment);
    this.drawMeters(moment);
    this.drawLine(watch.t);
  }

  private place({ canvas }: CanvasRenderingContext2D, x: number, y: number): void {
    const { context: ctx, palette } = this;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.fillStyle = palette.color.surface;
    ctx.fillRect(x, y, canvas.width, canvas.height);
    ctx.drawImage(canvas, x, y);
  }

  private text(text: string, x: number, y: number, font: string, fill: string, align: CanvasTextAlign = "left", room?: number): void {
    const { context: ctx } = this;
    ctx.font = font;
    ctx.fillStyle = fill;
    ctx.textAlign = align;
    ctx.textBaseline = "alphabetic";
    ctx.fillText(text, x, y, room);
  }

  private drawTitle({ t, hour }: Moment): void {
    const { palette: { color }, life, order: { name, level } } = this;
    const right = SIDE.x + SIDE.width;
    const clock = this.town.day === null ? null : `${String(hour).padStart(2, "0")}:00`;
    this.text(name, SIDE.x, 52, `600 28px ${DISPLAY}`, color.ink, "left", clock ? 400 : SIDE.width);
    if (clock) {
      this.text(clock, right, 52, `600 28px ${DISPLAY}`, color.ink, "right");
      drawIcon(this.context, skyIcon(hour), right - 100, 42, 24, color["ink-2"]);
    }
    const stage = life.meta.stage === null ? [] : [`stage ${life.meta.stage}`];
    const facts = [level.title, `episode ${life.number.toLocaleString("en")}`, ...stage].join(" · ");
    this.text(facts, SIDE.x, 80, "400 16px Inter", color["ink-2"]);
    const day = this.town.day === null ? "" : `day ${dayOf(life, t, level.hours_per_day)}, `;
    this.text(`${day}step ${t.toLocaleString("en")} of ${life.length.toLocaleString("en")}`, right, 80, "400 16px Inter", color["ink-2"], "right");
  }

  private drawChoice({ choice }: Moment): void {
    const { context: ctx, palette: { color }, life, order: { level } } = this;
    const top = 108;
    const tile = (fill: string | null, stroke: string) => {
      ctx.beginPath();
      ctx.roundRect(SIDE.x + 1, top + 1, 70, 70, 14);
      if (fill) {
        ctx.fillStyle = fill;
        ctx.fill();
      }
      ctx.strokeStyle = stroke;
      ctx.lineWidth = 2.5;
      ctx.setLineDash([]);
      ctx.stroke();
    };
    const say = (big: string, small: string) => {
      this.text(big, SIDE.x + 90, top + 33, `700 32px ${DISPLAY}`, color.ink);
      this.text(small, SIDE.x + 90, top + 61, "400 17px Inter", color["ink-2"], "left", SIDE.width - 90);
    };
    if (!choice) {
      const { end } = life;
      if (!end) return;
      tile(null, end.cause === "death" ? color.danger : color["line-strong"]);
      drawIcon(ctx, SIGN[end.cause], SIDE.x + 36, top + 36, 40, end.cause === "death" ? color.danger : color.ink);
      const root = level.meters.find(({ name }) => name === end.root)?.title;
      const rooted = root && end.root !== end.died_of ? `, at the root of it: ${root.toLowerCase()}` : "";
      say(endTitle(level, life), `after ${end.steps.toLocaleString("en")} steps${rooted}`);
      return;
    }
    const action = level.actions[choice.action]!;
    // Greedy is solid, random is hollow, here as everywhere.
    tile(choice.random ? null : color.accent, color.accent);
    drawIcon(ctx, actionIcon(action), SIDE.x + 36, top + 36, 38, choice.random ? color.accent : color["accent-ink"]);
    say(action.name, sentenceOf(choice, level.actions.map(({ name }) => name)));
  }

  private drawMeters({ meters }: Moment): void {
    const { context: ctx, palette, order: { level } } = this;
    const { color } = palette;
    const room = 384 / level.meters.length;
    const bar = Math.min(14, room * 0.3);
    level.meters.forEach((meter, m) => {
      const value = Math.min(1, Math.max(0, meters[m]!));
      const middle = 208 + room * (m + 0.5);
      const hue = palette.meter(meter.hue);
      drawIcon(ctx, meter.icon, SIDE.x + 14, middle, 26, hue);
      this.text(meter.title, SIDE.x + 42, middle + 6, "500 17px Inter", color.ink, "left", 96);
      const x = SIDE.x + 146;
      const width = SIDE.width - 146 - 66;
      const rod = (share: number, fill: string) => {
        ctx.beginPath();
        ctx.roundRect(x, middle - bar / 2, Math.max(bar, width * share), bar, bar / 2);
        ctx.fillStyle = fill;
        ctx.fill();
      };
      rod(1, color.sunken);
      if (value > 0) rod(value, hue);
      const mark = markOf(level, meter);
      if (mark !== null) {
        ctx.fillStyle = color["ink-3"];
        ctx.fillRect(x + width * mark - 0.75, middle - bar / 2 - 3, 1.5, bar + 6);
      }
      const low = mark !== null && value < CRITICAL;
      this.text(amount(meter, value), SIDE.x + SIDE.width, middle + 6, "600 18px Inter", low ? color.danger : color.ink, "right");
    });
  }

  private drawLine(t: number): void {
    const { line, context: ctx, palette, ratio, life, order: { level } } = this;
    const look = { width: LINE.width, height: LINE.height, small: false };
    const span = spanOf(life, level.lifespan);
    if (!this.lineDrawn) {
      line.setTransform(ratio, 0, 0, ratio, 0, 0);
      drawLife(line, life, level, look, palette, span);
      this.lineDrawn = true;
    }
    this.place(line, Math.round(LINE.x * ratio), Math.round(LINE.y * ratio));
    ctx.setTransform(ratio, 0, 0, ratio, LINE.x * ratio, LINE.y * ratio);
    drawCursor(ctx, life, level, look, palette, span, { t, edge: null });
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  }
}

function sized(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  canvas.width = width;
  canvas.height = height;
  return canvas.getContext("2d")!;
}
