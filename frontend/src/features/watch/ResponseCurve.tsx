import type { Level, LevelMeter } from "@/api";
import { Icon } from "@/ui";
import { tr } from "@/words";
import { actionIcon, amount } from "./level";
import { POINTS, stretches } from "./whatif";
import type { Curve } from "./whatif";

interface Props {
  level: Level;
  meter: LevelMeter;
  curve: Curve | null;
  /** where the meter stands, 0..1 */
  value: number;
}

const HEIGHT = 22;

/** How the choice bends with one meter: the Q-value of the best action as a line, over the best actions by stretch. */
export function ResponseCurve({ level, meter, curve, value }: Props) {
  if (!curve) return <span className="rc" aria-hidden="true" />;
  const values = curve.flatMap((point) => (point ? [point.value] : []));
  const least = Math.min(...values);
  const spread = Math.max(...values) - least || 1;
  const x = (i: number) => (i / (POINTS - 1)) * 100;
  const points = curve.flatMap((point, i) => (point ? [`${x(i)},${(HEIGHT - 2 - ((point.value - least) / spread) * (HEIGHT - 4)).toFixed(2)}`] : []));
  const parts = stretches(curve);
  const said = parts.filter(({ action }) => action !== null).map(({ action, from, to }) => `${level.actions[action!]!.name} from ${amount(meter, from / (POINTS - 1))} to ${amount(meter, to / (POINTS - 1))}`);
  return (
    <span className="rc" role="img" aria-label={`${meter.title}: ${said.join(", ")}`}>
      <svg viewBox={`0 0 100 ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <line x1={value * 100} x2={value * 100} y1={0} y2={HEIGHT} stroke="var(--line-strong)" strokeDasharray="2 2" vectorEffect="non-scaling-stroke" />
        <polyline points={points.join(" ")} fill="none" stroke="var(--value)" strokeWidth="2" vectorEffect="non-scaling-stroke" />
      </svg>
      <span className="acts" aria-hidden="true">
        {parts.map(({ action, from, to }) => (
          <i key={from} className={action === null ? "none" : undefined} style={{ flexGrow: to - from + 1 }} title={action === null ? tr("no action is allowed") : level.actions[action]!.name}>
            {action !== null && to - from > 0 && <Icon name={actionIcon(level.actions[action]!)} weight="fill" />}
          </i>
        ))}
      </span>
    </span>
  );
}
