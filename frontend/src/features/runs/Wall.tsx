import { useQueries, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { RefObject } from "react";
import { Link, useSearchParams } from "react-router";
import { levelQuery, runsQuery } from "@/api";
import type { Level, Run } from "@/api";
import { readPalette } from "@/board";
import { draw, Layers } from "@/board/draw";
import { CELL, viewOf } from "@/board/geometry";
import { LabBar, recipe, StateMark } from "@/chrome";
import { townOf } from "@/level";
import { paths } from "@/paths";
import { Button, Empty, format, Pawn, Skeleton, Spark, useTheme, Waiting } from "@/ui";
import { connect, pageNow, socketUrl } from "@/wire";
import { tr } from "@/words";
import { NOTHING, receive } from "./glance";
import { axisTop } from "./list";
import { beat, columnsFor, hung, moving, pictureOf } from "./wall";
import type { Hanging, Space } from "./wall";
import "./wall.css";

const STYLE = { labels: "none", coords: false, thumb: true } as const;

/** Up to twelve runs side by side, each with the life it is living: those in the address, or all that train. */
export function Wall() {
  const [query] = useSearchParams();
  const runs = useQuery(runsQuery);
  const named = (query.get("runs") ?? "").split(",").filter(Boolean);
  const { shown, left } = hung(runs.data ?? [], named);
  const levels = useQueries({ queries: [...new Set(shown.map((run) => run.level))].map(levelQuery) });
  const levelOf = (run: Run) => levels.find(({ data }) => data?.name === run.level)?.data;
  const [size, space] = useSpace();
  const clock = useRef<Set<Paint>>(new Set());
  useClock(clock);
  const top = axisTop(shown);
  const columns = columnsFor(shown.length, size);
  return (
    <>
      <title>{`${tr("Wall")} · Hamlet`}</title>
      <LabBar page="runs" launch={false} />
      <main id="main" tabIndex={-1} className="wall">
        <h1 className="sr">{tr("Wall of runs")}</h1>
        {left > 0 && (
          <p className="hint">
            {tr("{n} of {all} runs", { n: shown.length, all: shown.length + left })}
          </p>
        )}
        {runs.data && shown.length === 0 ? (
          <div className="card">
            <Empty title={named.length ? tr("None of these runs is here") : tr("Nothing trains now")} action={<Link className="btn primary" to={paths.home()}>{tr("Runs")}</Link>}>
              {named.length ? tr("They may have been deleted, or belong to another class.") : tr("A run hangs here by itself when it begins.")}
            </Empty>
          </div>
        ) : runs.error && !runs.data ? (
          <div className="card">
            <Empty title={tr("The runs did not come")} action={<Button kind="primary" onClick={() => void runs.refetch()}>{tr("Try again")}</Button>}>
              {runs.error.message}
            </Empty>
          </div>
        ) : !runs.data ? (
          <Waiting>
            <Skeleton height="100%" radius={14} />
          </Waiting>
        ) : (
          <div className="hangings" ref={space} style={{ ["--columns" as string]: columns, ["--rows" as string]: Math.ceil(shown.length / columns) }}>
            {shown.map((run) => (
              <Picture key={run.id} run={run} level={levelOf(run)} top={top} clock={clock} />
            ))}
          </div>
        )}
      </main>
    </>
  );
}
/** Draws a picture, if it has changed. */
type Paint = (now: number) => void;

/** One animation frame for all pictures. */
function useClock(paints: RefObject<Set<Paint>>) {
  useEffect(() => {
    let handle = requestAnimationFrame(function next() {
      const now = pageNow();
      paints.current.forEach((paint) => paint(now));
      handle = requestAnimationFrame(next);
    });
    return () => cancelAnimationFrame(handle);
  }, [paints]);
}

/** The space for the pictures. */
function useSpace(): [Space, (element: HTMLElement | null) => void] {
  const [size, setSize] = useState<Space>({ width: 1416, height: 820 });
  const [element, setElement] = useState<HTMLElement | null>(null);
  useEffect(() => {
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      if (width && height) setSize({ width, height });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return [size, setElement];
}

interface PictureProps {
  run: Run;
  level: Level | undefined;
  /** highest of all curves: they share one axis */
  top: number;
  clock: RefObject<Set<Paint>>;
}

function Picture({ run, level, top, clock }: PictureProps) {
  return (
    <Link className="card hanging" to={paths.watch(run.id)}>
      <div className="row">
        <h2>{run.name}</h2>
        <StateMark run={run} />
      </div>
      <Living run={run.id} level={level} clock={clock} />
      <div className="row">
        <span className="sv">
          {run.last === null ? "–" : <b>{format.count(Math.round(run.last))}</b>} <small>{run.last === null ? run.state === "training" ? tr("not measured yet") : tr("not measured") : tr("steps survived")}</small>
        </span>
        <Spark values={run.spark} max={top} progress={run.progress} width={110} height={26} dot />
      </div>
      <p className="meta">{recipe(run)}</p>
    </Link>
  );
}

/** The life the run is living. Drawn only when something has changed. */
function Living({ run, level, clock }: { run: string; level: Level | undefined; clock: RefObject<Set<Paint>> }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const theme = useTheme((state) => state.theme);
  const [shown, setShown] = useState(false);
  const [lost, setLost] = useState(false);
  const restyle = useRef<() => void>(() => {});
  useEffect(() => restyle.current(), [theme]);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || !level || !box.current) return;
    const town = townOf(level);
    let palette = readPalette(document.documentElement);
    const layers = new Layers();
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const view = viewOf(town, STYLE);
    let hanging: Hanging = { glance: NOTHING, since: 0, from: null };
    let drawn: Hanging | null = null;
    let glides = false;
    const measure = () => {
      const { width, height } = box.current!.getBoundingClientRect();
      const scale = Math.min(width / view.width, height / view.height);
      const ratio = Math.min(2, window.devicePixelRatio || 1);
      Object.assign(context.canvas, { width: Math.round(view.width * scale * ratio), height: Math.round(view.height * scale * ratio) });
      Object.assign(context.canvas.style, { width: `${view.width * scale}px`, height: `${view.height * scale}px` });
      drawn = null;
    };
    restyle.current = () => {
      palette = readPalette(document.documentElement);
      layers.clear();
      drawn = null;
    };
    const observer = new ResizeObserver(measure);
    observer.observe(box.current);
    const paint = (now: number) => {
      hanging = beat(hanging, now);
      if (hanging === drawn && !glides) return;
      const scene = pictureOf(hanging, town, now, still);
      if (!scene || !context.canvas.width) return;
      // One more picture after the last of a glide, so that the agent arrives.
      glides = !still && moving(hanging, now);
      drawn = hanging;
      draw(context, scene, STYLE, palette, context.canvas.width / (town.width * CELL), layers);
      setShown(true);
    };
    const paints = clock.current;
    paints.add(paint);
    const socket = connect(
      `${socketUrl(run)}?glance=1`,
      {
        frame: (frame) => {
          hanging = { ...hanging, glance: receive(hanging.glance, frame) };
        },
        link: ({ state }) => setLost(state === "lost" || state === "refused"),
        message: () => {},
        pong: () => {},
      },
      { streams: false },
    );
    return () => {
      paints.delete(paint);
      observer.disconnect();
      socket.close();
    };
  }, [run, level, clock]);
  return (
    <div className={lost ? "living ground dim" : "living ground"} ref={box}>
      <canvas ref={canvas} width={0} height={0} aria-hidden="true" style={{ opacity: shown ? 1 : 0 }} />
      {!shown && <Pawn />}
    </div>
  );
}
