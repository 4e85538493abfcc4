import type { Level, LevelPlace } from "@/api";
import { actionIcon, hueOf, reads, RECURRENT, SIMPLE } from "@/level";
import { Icon, iconPath } from "@/ui";
import { inner, tr } from "@/words";


const clock = (hour: number, day: number) => `${String(hour % day).padStart(2, "0")}:00`;

/** The level's places, by what they are for. Where they lie is dealt when the run begins, so no map is drawn. */
export function Places({ level }: { level: Level }) {
  return (
    <ul className="places">
      {level.places.map((place) => (
        <li
          key={place.name}
          className={place.deployed ? undefined : "off"}
          style={{ ["--c" as string]: hueOf(level, place.serves) }}
          title={place.deployed ? spoken(level, place) : tr("{title}: not in this level", { title: place.title })}
        >
          <Icon name={place.icon} weight="fill" />
          <span>{place.title}</span>
        </li>
      ))}
    </ul>
  );
}

function spoken(level: Level, place: LevelPlace): string {
  const meter = level.meters.find(({ name }) => name === place.serves)?.title;
  const parts = [meter ? tr("{place}, for {meter}", { place: place.title, meter: inner(meter) }) : place.title];
  if (level.temporal) {
    parts.push(place.hours ? tr("open {from} to {to}", { from: clock(place.hours[0], level.hours_per_day), to: clock(place.hours[1], level.hours_per_day) }) : tr("always open"));
    parts.push(tr("{n} tick|{n} ticks", { n: place.ticks }));
  }
  return parts.join(", ");
}

/** How much of the grid one look takes in. */
export function Sight({ level }: { level: Level }) {
  const { width, height, sight } = level;
  const [ax, ay] = [Math.floor(width / 2), Math.floor(height / 2)];
  const sees = (x: number, y: number) => sight === null || (Math.abs(x - ax) <= sight && Math.abs(y - ay) <= sight);
  const cells = Array.from({ length: width * height }, (_, i) => [i % width, Math.floor(i / width)] as const);
  const span = sight === null ? 0 : (2 * sight + 1) * 10;
  const label = sight === null ? tr("It sees all {width} by {height} cells", { width, height }) : tr("It sees {side} by {side} cells around itself, of {width} by {height}", { side: 2 * sight + 1, width, height });
  return (
    <svg className="sight" viewBox={`-1 -1 ${width * 10 + 2} ${height * 10 + 2}`} role="img" aria-label={label}>
      {cells.map(([x, y]) => (
        <rect key={`${x} ${y}`} x={x * 10 + 1} y={y * 10 + 1} width="8" height="8" rx="2" fill={sees(x, y) ? "color-mix(in oklab,var(--accent) 26%,var(--surface))" : "var(--sunken)"} />
      ))}
      {sight !== null && <rect x={(ax - sight) * 10} y={(ay - sight) * 10} width={span} height={span} rx="4" fill="none" stroke="var(--accent)" strokeWidth="1.4" />}
      <circle cx={ax * 10 + 5} cy={ay * 10 + 5} r="4.4" fill="var(--actor)" stroke="var(--actor-halo)" strokeWidth="1.4" />
    </svg>
  );
}

const PARTS: Record<string, string> = {
  grid: tr("grid"),
  window: tr("window"),
  meters: tr("meters"),
  position: "x, y",
  affordance_here: tr("standing on"),
  time_sin: tr("clock, age"),
  time_cos: tr("clock, age"),
  progress: tr("clock, age"),
  lifetime: tr("clock, age"),
};

/** The observation as a bar of its parts, their counts in it; hatched where the network does not look. */
export function ObservationBar({ level, network }: { level: Level; network: string }) {
  const read = reads(level, network);
  const parts: { label: string; count: number; read: boolean }[] = [];
  for (const field of level.observation) {
    const label = PARTS[field.name] ?? field.name.replaceAll("_", " ");
    const last = parts.at(-1);
    if (last?.label === label) last.count += field.stop - field.start;
    else parts.push({ label, count: field.stop - field.start, read: read.has(field.name) });
  }
  return (
    <ul className="obs">
      {parts.map(({ label, count, read }) => (
        <li key={label} style={{ flexGrow: count }} className={read ? undefined : "blind"} title={read ? undefined : tr("This network does not read it")}>
          <b>{count}</b>
          <span>{label}</span>
        </li>
      ))}
    </ul>
  );
}

interface BoxProps {
  x: number;
  y: number;
  w: number;
  h: number;
  title: string;
  sub?: string;
  on?: boolean;
}
const Box = ({ x, y, w, h, title, sub, on }: BoxProps) => (
  <g>
    <rect x={x} y={y} width={w} height={h} rx="8" fill={on ? "var(--accent-soft)" : "var(--sunken)"} stroke={on ? "var(--accent)" : "var(--line)"} strokeWidth="1.25" />
    <text x={x + w / 2} y={y + h / 2 + (sub ? -2 : 4)} textAnchor="middle" fontSize="12.5" fontWeight="600" fill="var(--ink)">
      {title}
    </text>
    {sub && (
      <text x={x + w / 2} y={y + h / 2 + 13} textAnchor="middle" fontSize="11" fill="var(--ink-3)" fontFamily="var(--mono)">
        {sub}
      </text>
    )}
  </g>
);
const Wire = ({ from: [a, b], to: [c, d] }: { from: readonly [number, number]; to: readonly [number, number] }) => (
  <path d={`M${a} ${b}C${(a + c) / 2} ${b} ${(a + c) / 2} ${d} ${c} ${d}`} fill="none" stroke="var(--line-strong)" strokeWidth="1.5" />
);

/** From what it receives to one Q-value an action. */
export function NetworkPicture({ level, network }: { level: Level; network: string }) {
  const H = 124;
  const actions = level.actions;
  const gap = Math.min(20, (H - 8) / actions.length);
  const top = H / 2 - ((actions.length - 1) * gap) / 2;
  const side = level.sight === null ? 8 : 2 * level.sight + 1;
  const cell = 44 / side;
  const bar = 46 / level.meters.length;
  const memory = network === "recurrent";
  const out = memory ? 226 : 232;
  return (
    <svg className="net" viewBox={`0 0 306 ${H}`} role="img" aria-label={memory ? tr("A convolution and small encoders into a memory of 256 numbers, then one Q-value an action") : tr("Two layers of 128, then one Q-value an action")}>
      {Array.from({ length: side * side }, (_, i) => (
        <rect key={i} x={2 + (i % side) * cell} y={4 + Math.floor(i / side) * cell} width={cell * 0.86} height={cell * 0.86} rx={cell * 0.18} fill="color-mix(in oklab,var(--accent) 26%,var(--surface))" />
      ))}
      {level.meters.map(({ name, hue, start }, i) => (
        <rect key={name} x={2 + i * bar} y={110 - 30 * start} width={bar * 0.74} height={Math.max(1.5, 30 * start)} rx="1.2" fill={`var(--m-${hue})`} />
      ))}
      <path d="M2 111h46" stroke="var(--line-strong)" />
      {memory ? (
        <>
          <Wire from={[50, 26]} to={[72, 26]} />
          <Wire from={[50, 98]} to={[72, 98]} />
          <Wire from={[136, 26]} to={[160, 62]} />
          <Wire from={[136, 98]} to={[160, 62]} />
          <Wire from={[226, 62]} to={[250, 62]} />
          <Box x={72} y={6} w={64} h={40} title="CNN" sub={RECURRENT.channels.join("·")} />
          <Box x={72} y={78} w={64} h={40} title="MLP" sub={`3 × ${RECURRENT.side}`} />
          <path d="M206 40c10-26-36-26-26 0" fill="none" stroke="var(--accent)" strokeWidth="1.75" strokeDasharray="3 3" />
          <text x="193" y="12" textAnchor="middle" fontSize="11" fill="var(--accent-text)">
            {tr("memory")}
          </text>
          <Box x={160} y={40} w={66} h={44} title="LSTM" sub={String(RECURRENT.memory)} on />
        </>
      ) : (
        <>
          <Wire from={[50, 26]} to={[84, 62]} />
          <Wire from={[50, 98]} to={[84, 62]} />
          <Wire from={[142, 62]} to={[174, 62]} />
          <Box x={84} y={40} w={58} h={44} title={tr("Layer")} sub={String(SIMPLE.hidden)} on />
          <Box x={174} y={40} w={58} h={44} title={tr("Layer")} sub={String(SIMPLE.hidden)} on />
          <Wire from={[out, 62]} to={[250, 62]} />
        </>
      )}
      <path d={`M252 ${top - 8}V${top + (actions.length - 1) * gap + 8}`} stroke="var(--line-strong)" strokeWidth="1.5" strokeLinecap="round" />
      {actions.map((action, i) => (
        <g key={action.name}>
          <path d={iconPath(actionIcon(action), "fill")} transform={`translate(258 ${top + i * gap - 6.5}) scale(${13 / 256})`} fill="var(--ink-2)" />
          <text x="276" y={top + i * gap + 4} fontSize="11" fill="var(--ink-3)" fontFamily="var(--mono)">
            Q
          </text>
        </g>
      ))}
    </svg>
  );
}
