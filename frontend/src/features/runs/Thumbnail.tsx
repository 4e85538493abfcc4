import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { levelQuery } from "@/api";
import type { Run } from "@/api";
import { readPalette } from "@/board";
import { draw, Layers } from "@/board/draw";
import { CELL, fit, viewOf } from "@/board/geometry";
import { townOf } from "@/level";
import { Pawn, useTheme } from "@/ui";
import { connect, socketUrl } from "@/wire";
import { NOTHING, receive, sceneOf, tick } from "./glance";

const STYLE = { labels: "none", coords: false, thumb: true } as const;
const PER_SECOND = 4;

/** The life a run is living, small and four pictures a second, while the card is on screen. */
export function Thumbnail({ run }: { run: Run }) {
  const level = useQuery(levelQuery(run.level)).data;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [shown, setShown] = useState(false);
  const visible = useVisible(canvas);
  const theme = useTheme((state) => state.theme);

  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || !level || !visible) return;
    const town = townOf(level);
    const palette = readPalette(document.documentElement);
    const layers = new Layers();
    let glance = NOTHING;
    const paint = () => {
      const scene = sceneOf(glance, town);
      if (!scene) return;
      const ratio = Math.min(3, window.devicePixelRatio || 1);
      const box = context.canvas.getBoundingClientRect();
      const [width, height] = [Math.round(box.width * ratio), Math.round(box.height * ratio)];
      if (context.canvas.width !== width || context.canvas.height !== height) Object.assign(context.canvas, { width, height });
      draw(context, scene, STYLE, palette, width / (town.width * CELL), layers);
      setShown(true);
    };
    // Someone who glances at the list is told apart from someone who watches.
    const socket = connect(
      `${socketUrl(run.id)}?glance=1`,
      {
        frame: (frame) => {
          glance = receive(glance, frame);
        },
        link: () => {},
        message: () => {},
        pong: () => {},
      },
      { streams: false },
    );
    const timer = setInterval(() => {
      glance = tick(glance);
      paint();
    }, 1000 / PER_SECOND);
    return () => {
      clearInterval(timer);
      socket.close();
    };
  }, [run.id, level, visible, theme]);

  const aspect = level ? fit(viewOf(level, STYLE), { width: 186, height: 186 }) : { width: 186, height: 186 };
  return (
    <div className="ground">
      <canvas ref={canvas} width={0} height={0} style={{ width: `${(100 * aspect.width) / 186}%`, aspectRatio: `${aspect.width} / ${aspect.height}`, opacity: shown ? 1 : 0 }} aria-hidden="true" />
      {!shown && <Pawn />}
    </div>
  );
}

/** Whether an element is on screen, in a tab that is looked at. */
function useVisible(element: React.RefObject<Element | null>): boolean {
  const [visible, setVisible] = useState(false);
  useEffect(() => {
    const target = element.current;
    if (!target || typeof IntersectionObserver === "undefined") return;
    let inside = false;
    const settle = () => setVisible(inside && document.visibilityState === "visible");
    const observer = new IntersectionObserver((entries) => {
      inside = entries.at(-1)?.isIntersecting ?? false;
      settle();
    });
    observer.observe(target);
    document.addEventListener("visibilitychange", settle);
    return () => {
      observer.disconnect();
      document.removeEventListener("visibilitychange", settle);
    };
  }, [element]);
  return visible;
}
