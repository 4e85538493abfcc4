import { iconPath } from "@/ui/Icon";

const BOX = 256;
const paths = new Map<string, Path2D>();

function pathOf(name: string): Path2D {
  let path = paths.get(name);
  if (!path) paths.set(name, (path = new Path2D(iconPath(name, "fill"))));
  return path;
}

/** A filled Phosphor icon around (x, y), `size` wide. */
export function drawIcon(ctx: CanvasRenderingContext2D, name: string, x: number, y: number, size: number, fill: string): void {
  ctx.save();
  ctx.translate(x - size / 2, y - size / 2);
  ctx.scale(size / BOX, size / BOX);
  ctx.fillStyle = fill;
  ctx.fill(pathOf(name));
  ctx.restore();
}
