import type { Level } from "@/api";
import { amount, hueOf, tiersOf, wholeUse } from "@/level";
import { Icon } from "@/ui";
import { tr } from "@/words";
import { drains, listed, pace } from "./facts";

/** What it feels, and who drains whom. */
export function Meters({ level }: { level: Level }) {
  const links = level.cascades.length + level.modulation.length;
  return (
    <section aria-labelledby="meters">
      <h2 id="meters" tabIndex={-1}>
        {tr("Meters")}
      </h2>
      <p className="m2">
        {links === 0
          ? tr("No meter drains another here.")
          : level.cascades.length === 0
            ? tr("A meter that is not full costs another one; each arrow is such a link.")
            : tr("A meter that runs low drains others, and those drain others again: deaths begin far from where they end. Each arrow is such a link.")}
      </p>
      {links > 0 && <Web level={level} />}
      <div className="guide-meters">
        {tiersOf(level).flatMap(({ title, note, meters }) =>
          meters.map(({ meter }) => {
            const filled = level.places.filter((place) => place.deployed && (wholeUse(level, place).effects[meter.name] ?? 0) > 0);
            return (
              <article key={meter.name} className="card guide-meter" id={`meter-${meter.name}`} tabIndex={-1} style={{ ["--c" as string]: hueOf(level, meter.name) }}>
                <h3>
                  <Icon name={meter.icon} weight="fill" />
                  {meter.title}
                  <small title={note || undefined}>{title}</small>
                </h3>
                <ul>
                  <li>
                    {tr("Begins at {amount}.", { amount: amount(meter, meter.start) })} {pace(meter)}
                  </li>
                  {meter.lethal && <li>{tr("At zero the life ends.")}</li>}
                  {meter.name === level.currency && <li>{tr("Pays for the places.")}</li>}
                  {drains(level, meter).map((line) => (
                    <li key={line}>{line}</li>
                  ))}
                  <li>{filled.length ? tr("Filled by {places}.", { places: listed(filled.map((place) => place.title)) }) : tr("No place here fills it.")}</li>
                </ul>
              </article>
            );
          }),
        )}
      </div>
    </section>
  );
}

const COLUMN = 236;
const ROW = 62;
const BOX = { width: 148, height: 40 };
const TIP = 9;
const ORDER = ["resource", "comfort", "need", "vital"];

/** The meters in columns, those that feed before those that are fed. The sentences below say the same. */
function Web({ level }: { level: Level }) {
  const linked = new Set([...level.cascades, ...level.modulation].flatMap(({ source, target }) => [source, target]));
  const tiers = tiersOf(level)
    .map((tier) => ({ ...tier, meters: tier.meters.filter(({ meter }) => linked.has(meter.name)) }))
    .filter(({ meters }) => meters.length)
    .sort((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name));
  const rows = Math.max(...tiers.map(({ meters }) => meters.length));
  const at = new Map<string, { x: number; y: number; column: number }>();
  tiers.forEach(({ meters }, column) =>
    meters.forEach(({ meter }, row) => at.set(meter.name, { x: 8 + column * COLUMN, y: 34 + (row + (rows - meters.length) / 2) * ROW, column })),
  );
  const width = (tiers.length - 1) * COLUMN + BOX.width + 76;
  const height = 34 + rows * ROW;
  const links = [...level.cascades.map((one) => ({ ...one, always: false })), ...level.modulation.map((one) => ({ ...one, always: true }))];
  return (
    <figure className="card guide-web">
      <svg viewBox={`0 0 ${width} ${height}`} style={{ maxWidth: width }} aria-hidden="true">
        {links.map(({ source, target, always }, i) => {
          const [a, b] = [at.get(source)!, at.get(target)!];
          const [y0, y1] = [a.y + BOX.height / 2, b.y + BOX.height / 2];
          // Forward from right to left side, back the other way round, and beside each other in a bow to the right.
          const [from, to] = [Math.sign(b.column - a.column) < 0 ? -1 : 1, b.column > a.column ? -1 : 1];
          const x0 = from < 0 ? a.x : a.x + BOX.width;
          const x1 = to < 0 ? b.x - TIP : b.x + BOX.width + TIP;
          const bend = a.column === b.column ? 44 : Math.abs(x1 - x0) / 2;
          return (
            <g key={i} style={{ ["--c" as string]: hueOf(level, source) }} className={always ? "always" : undefined}>
              <path d={`M${x0} ${y0}C${x0 + from * bend} ${y0} ${x1 + to * bend} ${y1} ${x1} ${y1}`} />
              <path className="arrowtip" d={`M${x1 - to * TIP} ${y1}l${to * TIP}-4.5v9z`} />
            </g>
          );
        })}
        {tiers.map(({ title, meters }, column) => (
          <g key={title}>
            <text className="tiername" x={8 + column * COLUMN} y={18}>
              {title}
            </text>
            {meters.map(({ meter }) => {
              const { x, y } = at.get(meter.name)!;
              return (
                <g key={meter.name} style={{ ["--c" as string]: hueOf(level, meter.name) }}>
                  <rect x={x} y={y} {...BOX} rx="10" />
                  <circle cx={x + 18} cy={y + 20} r="6" />
                  <text x={x + 32} y={y + 25}>
                    {meter.title}
                  </text>
                </g>
              );
            })}
          </g>
        ))}
      </svg>
      <figcaption className="m3">
        {tr("Each in the colour of the meter that lacks.")}
        {level.modulation.length > 0 && ` ${tr("Dashed: paid at any value, the more the less there is; the others act below a mark.")}`}
      </figcaption>
    </figure>
  );
}
