import type { Level } from "@/api";
import { Icon } from "@/ui";
import { meterAt } from "@/wire";
import type { Life, Moment } from "@/wire";
import { rich, tr } from "@/words";
import { drainsOf, LACKING } from "./causes";
import { signed } from "./choice";
import { amount, CRITICAL, hueOf, markOf, tiersOf } from "./level";
import type { Meter } from "./level";

interface Props {
  level: Level;
  life: Life | null;
  moment: Moment | null;
  /** bars do not glide when steps come quicker than a glide */
  still: boolean;
}

/** What it feels: the meters by tier, and who drains whom. */
export function Body({ level, life, moment, still }: Props) {
  return (
    <section className="card body" aria-label={tr("Body")}>
      <header>
        <h2>{tr("Body")}</h2>
        <span className="sub">{tr("change per tick")}</span>
      </header>
      <Meters level={level} life={life} moment={moment} still={still} />
      <Drains level={level} moment={moment} />
    </section>
  );
}

const ROW = 34;
const HEAD = 27;
const TOP = 4;

export function Meters({ level, life, moment, still }: Props) {
  const tiers = tiersOf(level);
  const middle = new Map<string, number>();
  let y = TOP;
  for (const tier of tiers) {
    y += HEAD;
    for (const { meter } of tier.meters) {
      middle.set(meter.name, y + ROW / 2);
      y += ROW;
    }
  }
  const drains = moment ? drainsOf(level, moment.meters) : [];
  return (
    <div className={still ? "meters still" : "meters"}>
      {tiers.map((tier) => (
        <div key={tier.name}>
          <div className="tier">
            <b>{tier.title}</b>
            <span>{tier.note}</span>
          </div>
          {tier.meters.map(({ meter, index }) => (
            <MeterRow
              key={meter.name}
              meter={meter}
              mark={markOf(level, meter)}
              value={moment ? moment.meters[index]! : null}
              change={life && moment && moment.t > 0 ? moment.meters[index]! - meterAt(life, moment.t - 1, index) : null}
            />
          ))}
        </div>
      ))}
      <Arcs level={level} middle={middle} height={y + 8} active={new Set(drains.map(({ source, target }) => `${source}>${target}`))} />
    </div>
  );
}

function MeterRow({ meter, mark, value, change }: { meter: Meter; mark: number | null; value: number | null; change: number | null }) {
  const low = value !== null && mark !== null && value < mark;
  const critical = low && value < CRITICAL;
  const percent = value === null ? 0 : Math.round(value * 1000) / 10;
  const name = critical ? "mrow low crit" : low ? "mrow low" : "mrow";
  const points = change === null ? null : change * 100;
  return (
    <div
      className={name}
      style={{ ["--c" as string]: hueOf(meter), ["--p" as string]: `${percent}%`, ["--mark" as string]: `${(mark ?? 0) * 100}%` }}
      data-notick={mark === null || undefined}
      role="meter"
      aria-label={meter.title}
      aria-valuenow={Math.round(percent)}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <Icon name={meter.icon} weight="fill" className="mi" />
      <span className="mn">
        {meter.title}
        {low && <em>{critical ? tr("critical") : tr("low")}</em>}
      </span>
      <span className="mv">
        {value === null ? "–" : amount(meter, value)}
        <span className={points === null ? "dl" : points > 0.05 ? "dl up" : points < -0.9 ? "dl dn" : "dl"}>
          {points === null ? "" : Math.abs(points) < 0.05 ? `±${signed(0, 1)}` : (points > 0 ? "+" : "") + signed(points, 1)}
        </span>
      </span>
      <span className="bar">
        <i />
      </span>
    </div>
  );
}

/** Each cascade as an arc from the one that lacks to the one that suffers; it flows while it drains. */
function Arcs({ level, middle, height, active }: { level: Level; middle: Map<string, number>; height: number; active: Set<string> }) {
  const arcs = [...level.cascades, ...level.modulation].map(({ source, target }) => ({ source, target, on: active.has(`${source}>${target}`) }));
  arcs.sort((a, b) => Number(a.on) - Number(b.on));
  return (
    <svg className="arcs" viewBox={`0 0 52 ${height}`} style={{ height }} aria-hidden="true">
      {arcs.map(({ source, target, on }) => {
        const y0 = middle.get(source);
        const y1 = middle.get(target);
        if (y0 === undefined || y1 === undefined) return null;
        const bulge = Math.min(46, 12 + Math.abs(y0 - y1) * 0.17);
        return (
          <g key={`${source}>${target}`} className={on ? "on" : undefined} style={{ ["--c" as string]: hueOf(level.meters.find(({ name }) => name === source)) }}>
            <path d={`M4 ${y0}C${4 + bulge} ${y0} ${4 + bulge} ${y1} 9 ${y1}`} />
            <path className="hd" d={`M3 ${y1}l8-4.5v9z`} />
          </g>
        );
      })}
    </svg>
  );
}

const LINES = 3;
/** Less would read as 0.00. */
const SEEN = 0.00005;
const TARGETS = 3;

/** "Social under 30 drains −1.0 mood −0.2 energy", worst first. */
export function Drains({ level, moment }: { level: Level; moment: Moment | null }) {
  const drains = moment ? drainsOf(level, moment.meters) : [];
  const sources = [...new Set(drains.map(({ source }) => source))].map((source) => {
    const targets = drains.filter((drain) => drain.source === source && drain.amount >= SEEN).sort((a, b) => b.amount - a.amount);
    return { source, targets, total: targets.reduce((sum, { amount }) => sum + amount, 0) };
  });
  sources.sort((a, b) => b.total - a.total);
  while (sources.at(-1)?.targets.length === 0) sources.pop();
  const find = (name: string) => level.meters.find((meter) => meter.name === name);
  return (
    <ul className="drains" aria-label={tr("Cascades now")} hidden={!sources.length}>
      {sources.slice(0, LINES).map(({ source, targets }) => {
        const meter = find(source);
        const mark = Math.round(((meter && markOf(level, meter)) ?? LACKING) * 100);
        const shown = targets.slice(0, targets.length > TARGETS ? TARGETS - 1 : TARGETS);
        return (
          <li key={source} style={{ ["--c" as string]: hueOf(meter) }}>
            <Icon name={meter?.icon ?? "cube"} weight="fill" />
            <span>
              {targets.length < TARGETS ? rich("<b>{meter}</b> under {mark} drains", { meter: meter?.title ?? source, mark }) : rich("<b>{meter}</b> under {mark}", { meter: meter?.title ?? source, mark })}
            </span>
            <span className="to">
              {shown.map(({ target, amount }) => (
                <span key={target} style={{ ["--c" as string]: hueOf(find(target)) }}>
                  {signed(-amount * 100, amount < 0.001 ? 2 : 1)}
                  <Icon name={find(target)?.icon ?? "cube"} weight="fill" label={find(target)?.title ?? target} />
                </span>
              ))}
              {targets.length > shown.length && <span className="m3">+{targets.length - shown.length}</span>}
            </span>
          </li>
        );
      })}
      {sources.length > LINES && <li className="m3">{tr("and {n} more below their mark", { n: sources.length - LINES })}</li>}
    </ul>
  );
}
