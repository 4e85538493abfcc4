/** The picture is a function of the scene: same scene, same pixels. Knows no React and no store. */
import type { Palette } from "./color";
import { drawCrowd } from "./crowd";
import { drawHeat, drawNovelty, drawPolicy } from "./fields";
import { drawAgent, drawGlow, drawSight, drawTrail } from "./figures";
import { drawGhosts } from "./ghosts";
import { viewOf } from "./geometry";
import type { Style } from "./geometry";
import { drawGround } from "./ground";
import { drawPlaces } from "./places";
import type { Scene } from "./scene";

type Layer = (ctx: CanvasRenderingContext2D, scene: Scene, style: Style, palette: Palette) => void;

/** Pictures of a layer that seldom changes, kept from one frame to the next. */
export class Layers {
  private readonly kept = new Map<Layer, { key: string; canvas: HTMLCanvasElement }>();

  /** create: where a fresh canvas comes from; there are renderers without a document */
  constructor(private readonly create: () => HTMLCanvasElement = () => document.createElement("canvas")) {}

  /** The layer at this key, painted anew only if the key has changed. */
  get(layer: Layer, key: string, width: number, height: number, paint: (ctx: CanvasRenderingContext2D) => void): HTMLCanvasElement {
    let known = this.kept.get(layer);
    if (known?.key === key) return known.canvas;
    known ??= { key, canvas: this.create() };
    known.key = key;
    known.canvas.width = width;
    known.canvas.height = height;
    paint(known.canvas.getContext("2d")!);
    this.kept.set(layer, known);
    return known.canvas;
  }

  /** Everything is painted anew: a font has come. */
  clear(): void {
    this.kept.clear();
  }
}

/**
 * Draws the scene over the whole canvas of `ctx`.
 *
 * scale: device pixels a unit (a cell is 80 units wide).
 */
export function draw(ctx: CanvasRenderingContext2D, scene: Scene, style: Style, palette: Palette, scale: number, layers: Layers): void {
  const { width, height } = ctx.canvas;
  const view = viewOf(scene.town, style);
  const aim = (context: CanvasRenderingContext2D) => context.setTransform(scale, 0, 0, scale, -view.x * scale, -view.y * scale);
  const put = (layer: Layer, key: string) => {
    const picture = layers.get(layer, key, width, height, (context) => {
      aim(context);
      layer(context, scene, style, palette);
    });
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(picture, 0, 0);
    aim(ctx);
  };
  const { agent } = scene;
  const still = `${scene.hour} ${scale} ${width} ${height} ${style.labels}${style.coords}${style.thumb} ${palette.key} ${layoutKey(scene)}`;

  ctx.setTransform(1, 0, 0, 1, 0, 0);
  ctx.clearRect(0, 0, width, height);
  put(drawGround, still);
  drawHeat(ctx, scene, palette);
  drawNovelty(ctx, scene, palette);
  drawGlow(ctx, scene, palette);
  drawTrail(ctx, scene, palette);
  put(drawPlaces, `${still} ${agent?.x},${agent?.y}`);
  drawPolicy(ctx, scene, style, palette);
  drawSight(ctx, scene, palette);
  drawCrowd(ctx, scene, palette);
  drawGhosts(ctx, scene, palette);
  drawAgent(ctx, scene, style, palette);
}

const layoutKeys = new WeakMap<object, string>();
function layoutKey({ layout, town }: Scene): string {
  let key = layoutKeys.get(layout);
  if (!key) layoutKeys.set(layout, (key = `${town.width}×${town.height} ${JSON.stringify(layout)}`));
  return key;
}
