import type { Level } from "@/api";
import { useEffect, useRef } from "react";
import type { KeyboardEvent, PointerEvent } from "react";
import { readPalette } from "@/board";
import { useSize } from "@/ui";
import { lastMoment, meterAt } from "@/wire";
import type { Life } from "@/wire";
import { inner, tr } from "@/words";
import { dayOf } from "./facts";
import { drawCursor, drawFlags, drawLife, spanOf, timeAt } from "./lifeline";
import type { Flag } from "./lifeline";
import type { Player } from "./player";
import { scrub, step } from "./store";
import { useWatch } from "./usePlayer";

interface Props {
  level: Level;
  player: Player;
  small?: boolean;
  /** for a room: everything in it larger, by the page's own measure */
  enlarged?: boolean;
  flags?: readonly Flag[];
  /** another life than the one on stage, lived beside it step by step */
  beside?: Life;
  /** steps the picture spans, where several share one clock */
  span?: number;
  label?: string;
}

/** height that an enlarged one is drawn at, px */
const ENLARGED = 91;

const NO_FLAGS: readonly Flag[] = [];

/** The scrubber: the life as one chart. Drag or press to go to a step; arrow keys step. */
export function Lifeline({ level, player, small = false, enlarged = false, flags = NO_FLAGS, beside, span, label = tr("Step of this life") }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = useSize(box);
  const stage = useWatch(player, (w) => w.stage);
  const life = beside ?? stage;
  const clock = useWatch(player, (w) => w.t);
  const t = beside ? Math.min(clock, lastMoment(beside)) : clock;

  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || width < 20 || height < 20) return;
    const scale = enlarged ? Math.max(1, height / ENLARGED) : 1;
    const look = { width: width / scale, height: height / scale, small };
    const dense = Math.min(3, window.devicePixelRatio || 1);
    const ratio = dense * scale;
    const still = document.createElement("canvas");
    for (const one of [still, context.canvas]) {
      one.width = Math.round(width * dense);
      one.height = Math.round(height * dense);
    }
    let palette = readPalette(document.documentElement);
    let shown: Life | null = null;
    const paint = () => {
      const w = player.state();
      const now = beside ?? w.stage;
      if (!now || lastMoment(now) < 0) return;
      const steps = span ?? spanOf(now, level.lifespan);
      if (now !== shown) {
        shown = now;
        const under = still.getContext("2d")!;
        under.setTransform(ratio, 0, 0, ratio, 0, 0);
        under.clearRect(0, 0, look.width, look.height);
        drawLife(under, now, level, look, palette, steps);
        drawFlags(under, flags, look, steps, palette);
      }
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, context.canvas.width, context.canvas.height);
      context.drawImage(still, 0, 0);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const edge = w.follow || w.replay ? null : (now.meta.pace ?? null) !== null ? lastMoment(now) : w.reached;
      drawCursor(context, now, level, look, palette, steps, { t: Math.min(w.t, lastMoment(now)), edge });
    };
    const afresh = () => {
      palette = readPalette(document.documentElement);
      shown = null;
      paint();
    };
    paint();
    const off = player.onDraw(paint);
    const themes = new MutationObserver(afresh);
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    document.fonts?.addEventListener("loadingdone", afresh);
    return () => {
      off();
      themes.disconnect();
      document.fonts?.removeEventListener("loadingdone", afresh);
    };
  }, [player, level, width, height, small, enlarged, flags, beside, span]);

  const goTo = (event: PointerEvent<HTMLElement>) => {
    if (!life) return;
    const from = event.currentTarget.getBoundingClientRect();
    const to = timeAt({ width, height, small }, span ?? spanOf(life, level.lifespan), event.clientX - from.left);
    player.act((w, now) => scrub(w, to, now));
  };
  const key = (event: KeyboardEvent) => {
    if (!life) return;
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -24, PageUp: 24 }[event.key];
    const to = { Home: 0, End: lastMoment(life) }[event.key];
    if (by !== undefined) player.act((w, now) => step(w, event.shiftKey ? Math.sign(by) * 24 : by, now));
    else if (to !== undefined) player.act((w, now) => scrub(w, to, now));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      className="lifeline"
      ref={box}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={life ? Math.max(0, lastMoment(life)) : 0}
      aria-valuenow={t}
      aria-valuetext={life ? spoken(level, life, t) : tr("no life yet")}
      aria-disabled={!life}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        goTo(event);
      }}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && goTo(event)}
      onKeyDown={key}
    >
      <canvas ref={canvas} style={{ width, height }} aria-hidden="true" />
    </div>
  );
}

/** "step 200 of 308, day 9, energy 39, health 51" */
function spoken(level: Level, life: Life, t: number): string {
  const at = Math.min(t, lastMoment(life));
  const vitals = level.meters.flatMap((meter, m) => (meter.lethal ? [`${inner(meter.title)} ${Math.round(meterAt(life, at, m) * 100)}`] : []));
  const day = level.temporal ? [tr("day {day}", { day: dayOf(life, at, level.hours_per_day) })] : [];
  return [tr("step {step} of {last}", { step: at, last: Math.max(0, lastMoment(life)) }), ...day, ...vitals].join(", ");
}
