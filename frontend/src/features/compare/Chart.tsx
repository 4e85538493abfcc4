import { memo, useMemo, useRef, useState } from "react";
import type { KeyboardEvent, PointerEvent } from "react";
import { format, useSize } from "@/ui";
import { tr } from "@/words";
import type { Group, Overlay, Point, Turn } from "./groups";
import { dashAt, endAt, hueAt } from "./look";
import type { Axis } from "./look";
import { placeLabels, scaleOf, shortOf, ticksOf } from "./scale";
import type { Scale } from "./scale";

interface Props {
  groups: readonly Group[];
  curves: readonly Point[][];
  /** where each curve's stage changes */
  turns: readonly Turn[][];
  axis: Axis;
  title: string;
  unit: string;
  overlay: Overlay;
  zoom: (left: number, right: number) => void;
}

const LEFT = 58;
const FOOT = 26;
const TOP = 12;

/** The curves with their bands and their names at the end. The crosshair reads them; dragging looks closer. */
export function Chart({ groups, curves, turns, axis, title, unit, overlay, zoom }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(box);
  const [at, setAt] = useState<number | null>(null);
  const [from, setFrom] = useState<number | null>(null);
  const fewer = groups.some(({ runs }, i) => (curves[i]!.at(-1)?.n ?? runs.length) < runs.length);
  const right = width < 560 ? 12 : fewer ? 184 : 150;
  const scale = useMemo(
    () => scaleOf(curves, { left: overlay.left, right: overlay.left + overlay.width * overlay.points, width, height, margin: { left: LEFT, right, top: TOP, foot: FOOT } }),
    [curves, overlay, width, height, right],
  );
  const place = (event: PointerEvent<Element>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const value = scale.valueAt(event.clientX - box.left);
    return Math.min(scale.right, Math.max(scale.left, value));
  };
  const bin = at === null ? null : overlay.left + (Math.floor((at - overlay.left) / overlay.width) + 0.5) * overlay.width;
  const readings = bin === null ? [] : groups.flatMap((group, i) => curves[i]!.filter(({ x }) => x === bin).map((point) => ({ group, i, point })));
  const key = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const next = (at ?? (by > 0 ? scale.left : scale.right)) + by * overlay.width;
    setAt(Math.min(scale.right - overlay.width / 2, Math.max(scale.left + overlay.width / 2, next)));
  };
  return (
    <div className="chart" ref={box}>
      {width > 80 && height > 80 && (
        <svg
          width={width}
          height={height}
          role="img"
          tabIndex={0}
          aria-label={summary(title, groups, curves, unit)}
          onKeyDown={key}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            setFrom(place(event));
          }}
          onPointerMove={(event) => setAt(place(event))}
          onPointerLeave={() => from === null && setAt(null)}
          onPointerCancel={() => setFrom(null)}
          onPointerUp={(event) => {
            const to = place(event);
            setFrom(null);
            if (from === null || Math.abs(scale.X(to) - scale.X(from)) < 8) return;
            const [low, high] = [Math.floor(Math.min(from, to)), Math.ceil(Math.max(from, to))];
            if (high > low) zoom(low, high);
          }}
        >
          <Drawn groups={groups} curves={curves} turns={turns} axis={axis} scale={scale} names={right > 100} />
          {from !== null && at !== null && <rect x={Math.min(scale.X(from), scale.X(at))} y={TOP} width={Math.abs(scale.X(at) - scale.X(from))} height={height - TOP - FOOT} fill="var(--accent)" opacity=".12" />}
          {bin !== null && readings.length > 0 && (
            <g>
              <path d={`M${scale.X(bin)} ${TOP}V${height - FOOT}`} stroke="var(--ink-3)" strokeWidth="1.25" />
              {readings.map(({ i, point }) => (
                <circle key={i} cx={scale.X(point.x)} cy={scale.Y(point.mean)} r="4" fill={hueAt(i)} stroke="var(--surface)" strokeWidth="1.5" />
              ))}
            </g>
          )}
        </svg>
      )}
      {bin !== null && readings.length > 0 && (
        <div className="reading" style={scale.X(bin) > width / 2 ? { right: width - scale.X(bin) + 12 } : { left: scale.X(bin) + 12 }} aria-live="polite">
          <b>
            {axis === "episodes" ? tr("life") : axis === "steps" ? tr("step") : ""} {shortOf(bin, axis)}
          </b>
          {readings.map(({ group, i, point }) => (
            <span key={group.key}>
              <i style={{ background: hueAt(i) }} />
              {group.name} <b>{digits(point.mean)}</b>
              {point.interval && ` (${tr("{low} to {high}, n {n}", { low: digits(point.interval[0]), high: digits(point.interval[1]), n: point.n })})`}
              {point.extremes && point.extremes[1] > point.extremes[0] && <small> {tr("{low} to {high}", { low: digits(point.extremes[0]), high: digits(point.extremes[1]) })}</small>}
            </span>
          ))}
        </div>
      )}
    </div>
  );
}

const digits = (value: number): string => (Math.abs(value) >= 100 ? format.count(Math.round(value)) : format.precise(value, 3)).replace("-", "−");

const Drawn = memo(function Drawn({ groups, curves, turns, axis, scale, names }: Pick<Props, "groups" | "curves" | "turns" | "axis"> & { scale: Scale; names: boolean }) {
  const { X, Y } = scale;
  const line = (points: readonly { x: number; y: number }[]) => points.map(({ x, y }, i) => `${i ? "L" : "M"}${X(x).toFixed(1)} ${Y(y).toFixed(1)}`).join("");
  const band = (points: readonly { x: number; low: number; high: number }[]) =>
    points.length > 1 ? `${line(points.map(({ x, high }) => ({ x, y: high })))}${line(points.map(({ x, low }) => ({ x, y: low })).reverse()).replace("M", "L")}Z` : "";
  const ends = placeLabels(curves.map((curve) => (curve.length ? Y(curve.at(-1)!.mean) : null)), scale.top, scale.foot);
  return (
    <>
      {ticksOf(scale.low, scale.high, 6).map((value) => (
        <g key={value}>
          <path d={`M${X(scale.left)} ${Y(value)}H${X(scale.right)}`} stroke="var(--line)" />
          <text x={X(scale.left) - 8} y={Y(value) + 4} textAnchor="end">
            {digits(value)}
          </text>
        </g>
      ))}
      {ticksOf(scale.left, scale.right, names ? 7 : 4).map((value) => (
        <text key={value} x={X(value)} y={scale.foot + 18} textAnchor={!names && X(value) > X(scale.right) - 16 ? "end" : "middle"}>
          {shortOf(value, axis)}
        </text>
      ))}
      {curves.map((curve, i) => (
        <g key={groups[i]!.key}>
          <path d={band(curve.flatMap(({ x, extremes }) => (extremes ? [{ x, low: extremes[0], high: extremes[1] }] : [])))} fill={hueAt(i)} opacity=".1" />
          <path d={band(curve.flatMap(({ x, interval }) => (interval ? [{ x, low: Math.max(scale.low, interval[0]), high: interval[1] }] : [])))} fill={hueAt(i)} opacity=".2" />
        </g>
      ))}
      {curves.map((curve, i) => {
        const end = curve.at(-1);
        return (
          <g key={groups[i]!.key}>
            <path d={line(curve.map(({ x, mean }) => ({ x, y: mean })))} fill="none" stroke={hueAt(i)} strokeWidth="2.4" strokeLinejoin="round" strokeDasharray={dashAt(i)} />
            {end && (
              <path d={endAt(i) ?? "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0"} transform={`translate(${X(end.x)} ${Y(end.mean)})`} fill={endAt(i) ? "var(--surface)" : hueAt(i)} stroke={hueAt(i)} strokeWidth="2" />
            )}
            {end && names && (
              <text className="end" x={X(end.x) + 10} y={ends[i]! + 4.5}>
                {clipped(groups[i]!.name)} {digits(end.mean)}
                {end.n < groups[i]!.runs.length && `, n ${end.n}`}
              </text>
            )}
          </g>
        );
      })}
      {turns.map((some, i) =>
        some.map(({ x, mean, stage }) => (
          <g key={`${groups[i]!.key} ${x}`} transform={`translate(${X(x)} ${Y(mean)})`}>
            <circle r="8" fill="var(--surface)" stroke={hueAt(i)} strokeWidth="2" />
            <text className="turn" y="4" textAnchor="middle">
              {stage}
            </text>
          </g>
        )),
      )}
    </>
  );
});

const LONGEST = 15;
const clipped = (name: string): string => (name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name);

function summary(title: string, groups: readonly Group[], curves: readonly Point[][], unit: string): string {
  const ends = groups.flatMap(({ name, runs }, i) => {
    const end = curves[i]!.at(-1);
    return end ? [tr("{name} ends at {value}", { name, value: digits(end.mean) + (unit && ` ${unit}`) }) + (runs.length > 1 ? `, ${tr("mean of {n} seeds", { n: end.n })}` : "")] : [];
  });
  return `${title}. ${ends.join("; ")}.`;
}
