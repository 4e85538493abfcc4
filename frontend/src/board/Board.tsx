import { useEffect, useRef } from "react";
import type { KeyboardEvent, PointerEvent } from "react";
import { useSize } from "@/ui";
import { readPalette } from "./color";
import { draw, Layers } from "./draw";
import { CELL, fit, labelsFor, viewOf } from "./geometry";
import type { Labels, Style } from "./geometry";
import type { Scene } from "./scene";
import type { Town } from "./town";

/** Where the board gets its pictures: `subscribe` calls back when there is a new scene to draw, inside an animation frame. */
export interface SceneSource {
  subscribe: (drawn: () => void) => () => void;
  scene: () => Scene | null;
}

interface Props {
  town: Town;
  source: SceneSource;
  /** what the picture says, in a sentence */
  label: string;
  /** names and letters; by default as there is room */
  labels?: Labels;
  coords?: boolean;
  /** a press on a cell */
  onCell?: (x: number, y: number) => void;
  /** a swipe along the board, in cells since it began; `done` when the finger is lifted */
  onSwipe?: (cells: number, done: boolean) => void;
  onEnter?: () => void;
  /** the pointer is held down over another cell */
  onDrag?: (x: number, y: number) => void;
}

const SWIPE = 12;

/** The town on a canvas, as large as its box allows. The only place where React and the picture meet. */
export function Board({ town, source, label, labels, coords = true, onCell, onSwipe, onEnter, onDrag }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(box);
  const style: Style = { labels: "full", coords, thumb: false };
  const view = viewOf(town, style);
  const { width, height, scale } = fit(view, size);
  style.labels = labels ?? labelsFor(scale * CELL);
  const { labels: shown } = style;

  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || !width) return;
    const root = document.documentElement;
    const layers = new Layers();
    let palette = readPalette(root);
    let dense = 0;
    const paint = () => {
      const scene = source.scene();
      if (!scene) return;
      const ratio = Math.min(3, window.devicePixelRatio || 1);
      if (ratio !== dense) {
        dense = ratio;
        context.canvas.width = Math.round(width * ratio);
        context.canvas.height = Math.round(height * ratio);
      }
      draw(context, scene, { labels: shown, coords, thumb: false }, palette, scale * ratio, layers);
    };
    const afresh = () => {
      palette = readPalette(root);
      layers.clear();
      paint();
    };
    paint();
    const unsubscribe = source.subscribe(paint);
    const themes = new MutationObserver(afresh);
    themes.observe(root, { attributes: true, attributeFilter: ["data-theme"] });
    document.fonts?.addEventListener("loadingdone", afresh);
    return () => {
      unsubscribe();
      themes.disconnect();
      document.fonts?.removeEventListener("loadingdone", afresh);
    };
  }, [source, width, height, scale, shown, coords]);

  const swipe = useRef<{ x: number; moved: boolean } | null>(null);
  const cellWidth = scale * CELL;
  const cellAt = (event: PointerEvent): [number, number] | null => {
    const from = event.currentTarget.getBoundingClientRect();
    const x = Math.floor((event.clientX - from.left + view.x * scale) / cellWidth);
    const y = Math.floor((event.clientY - from.top + view.y * scale) / cellWidth);
    return x >= 0 && x < town.width && y >= 0 && y < town.height ? [x, y] : null;
  };
  const drag = (event: PointerEvent) => {
    const at = cellAt(event);
    if (at) onDrag?.(...at);
  };
  const down = (event: PointerEvent) => {
    swipe.current = { x: event.clientX, moved: false };
    if (!onDrag) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    drag(event);
  };
  const move = (event: PointerEvent) => {
    const started = swipe.current;
    if (started && onDrag) return drag(event);
    if (!started || !onSwipe || event.pointerType === "mouse") return;
    const by = event.clientX - started.x;
    if (!started.moved && Math.abs(by) < SWIPE) return;
    if (!started.moved) event.currentTarget.setPointerCapture(event.pointerId);
    started.moved = true;
    onSwipe(by / cellWidth, false);
  };
  const up = (event: PointerEvent) => {
    const started = swipe.current;
    swipe.current = null;
    if (started?.moved) return onSwipe?.((event.clientX - started.x) / cellWidth, true);
    if (!started || !onCell) return;
    const at = cellAt(event);
    if (at) onCell(...at);
  };
  const key = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !onEnter) return;
    event.preventDefault();
    event.stopPropagation();
    onEnter();
  };

  return (
    <div className="board" ref={box}>
      <canvas
        ref={canvas}
        className="world"
        role="img"
        tabIndex={0}
        aria-label={label}
        style={{ width, height }}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={() => (swipe.current = null)}
        onKeyDown={key}
      />
    </div>
  );
}
