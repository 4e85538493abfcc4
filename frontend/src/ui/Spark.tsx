interface Props {
  values: readonly number[];
  /** top of the axis, the same for all curves beside each other */
  max: number;
  /** share of the width that is used: how far the run is, 0..1 */
  progress?: number;
  width: number;
  height: number;
  color?: string;
  /** mark the newest value */
  dot?: boolean;
}

const round = (v: number) => Math.round(v * 10) / 10;

/** A curve the size of a word, on a zero-based axis. It repeats a number that stands beside it, so it is not read aloud. */
export function Spark({ values, max, progress = 1, width, height, color = "var(--ink-2)", dot }: Props) {
  const top = 4;
  const base = height - 1;
  const span = width * Math.max(0.02, Math.min(1, progress));
  const points = values.map(
    (value, i) => [round(values.length > 1 ? (i / (values.length - 1)) * span : span), round(base - 1 - (Math.min(value, max) / (max || 1)) * (base - top))] as const,
  );
  const line = points.map(([x, y], i) => `${i ? "L" : "M"}${x} ${y}`).join("");
  const last = points.at(-1);
  const drawn = points.length > 1 && span > 12;
  return (
    <svg className="spark" viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
      <path d={`M0 ${base}H${width}`} stroke="var(--line)" />
      {last && drawn && (
        <>
          <path d={`${line}L${last[0]} ${base}L${points[0]![0]} ${base}Z`} fill={color} opacity=".12" />
          <path d={line} fill="none" stroke={color} strokeWidth="2" strokeLinejoin="round" />
        </>
      )}
      {last && (dot || !drawn) && <circle cx={last[0]} cy={last[1]} r="3.5" fill={color} stroke="var(--surface)" strokeWidth="1.5" />}
    </svg>
  );
}
