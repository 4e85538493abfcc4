import { memo, useState } from "react";
import type { Level, LevelMeter } from "@/api";
import { amount, hueOf, markOf, signedAmount, useWatch } from "@/features/watch/parts";
import type { Player } from "@/features/watch/parts";
import { Button, Icon } from "@/ui";
import { lastMoment, meterAt } from "@/wire";
import type { Life } from "@/wire";
import { tr } from "@/words";
import { saveCsv } from "./csv";
import { spanOfBoth } from "./fork";

interface Props {
  a: Life;
  b: Life;
  level: Level;
  player: Player;
}

/** "+19", "−$4", "±0" */
const apart = (meter: LevelMeter, by: number): string => (/[1-9]/.test(amount(meter, Math.abs(by))) ? signedAmount(meter, by) : "±0");

const W = 150;
const H = 48;

/** Each meter over both lives, A solid and B dashed, and how far apart they are now. */
export function Multiples({ a, b, level, player }: Props) {
  const t = useWatch(player, (w) => w.t);
  const [table, setTable] = useState(false);
  const span = spanOfBoth(a, b);
  const rows = () => [
    ["step", ...level.meters.flatMap(({ name }) => [`${name} A`, `${name} B`])],
    ...Array.from({ length: Math.max(lastMoment(a), lastMoment(b)) + 1 }, (_, i) => [
      i,
      ...level.meters.flatMap((_, m) => [a, b].map((life) => (i <= lastMoment(life) ? meterAt(life, i, m) : null))),
    ]),
  ];
  const both = t <= Math.min(lastMoment(a), lastMoment(b));
  const now = level.meters.map((meter, m) => {
    const [x, y] = [a, b].map((life) => meterAt(life, Math.min(t, lastMoment(life)), m)) as [number, number];
    return { meter, m, x, y, by: both ? apart(meter, y - x) : "–" };
  });
  return (
    <section className="card multiples" aria-label={tr("Meters, A solid, B dashed")}>
      <header>
        <h2>{tr("Meters")}</h2>
        <span className="sub hide-s">{tr("A solid, B dashed; the number is B less A at this step")}</span>
        <span className="acts">
          <Button size="sm" icon="table" aria-pressed={table} onClick={() => setTable(!table)}>
            {tr("Table")}
          </Button>
          <Button size="sm" icon="download-simple" onClick={() => saveCsv("two-lives", rows())}>
            CSV
          </Button>
        </span>
      </header>
      {table ? (
        <table className="plain">
          <caption className="sr">{tr("Meters at step {step}", { step: t })}</caption>
          <thead>
            <tr>
              <th>{tr("Meter")}</th>
              <th className="n">A</th>
              <th className="n">B</th>
              <th className="n">{tr("B less A")}</th>
            </tr>
          </thead>
          <tbody>
            {now.map(({ meter, x, y, by }) => (
              <tr key={meter.name}>
                <th scope="row">{meter.title}</th>
                <td className="n">{amount(meter, x)}</td>
                <td className="n">{amount(meter, y)}</td>
                <td className="n">{by}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <div className="grid8">
          {now.map(({ meter, m, x, y, by }) => (
            <figure key={meter.name} style={{ ["--c" as string]: hueOf(meter) }}>
              <figcaption>
                <Icon name={meter.icon} weight="fill" />
                {meter.title}
                <span className="num">{by}</span>
              </figcaption>
              <svg viewBox={`0 0 ${W} ${H}`} preserveAspectRatio="none" role="img" aria-label={tr("{meter} at step {step}: A {a}, B {b}", { meter: meter.title, step: t, a: amount(meter, x), b: amount(meter, y) })}>
                <Curves a={a} b={b} m={m} span={span} mark={markOf(level, meter)} />
                <path d={`M${(t / span) * W} 0V${H}`} stroke="var(--accent)" strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
              </svg>
            </figure>
          ))}
        </div>
      )}
    </section>
  );
}

const Curves = memo(function Curves({ a, b, m, span, mark }: { a: Life; b: Life; m: number; span: number; mark: number | null }) {
  const Y = (value: number) => 2 + (1 - value) * (H - 4);
  const line = (life: Life) => Array.from({ length: lastMoment(life) + 1 }, (_, t) => `${t ? "L" : "M"}${((t / span) * W).toFixed(2)} ${Y(meterAt(life, t, m)).toFixed(2)}`).join("");
  return (
    <>
      <rect width={W} height={H} fill="var(--sunken)" />
      {mark !== null && <path d={`M0 ${Y(mark)}H${W}`} stroke="var(--ink-3)" strokeDasharray="2 4" opacity=".7" vectorEffect="non-scaling-stroke" />}
      <path d={line(a)} fill="none" stroke="var(--run-1)" strokeWidth="2" vectorEffect="non-scaling-stroke" />
      <path d={line(b)} fill="none" stroke="var(--run-2)" strokeWidth="2" strokeDasharray="5 3" vectorEffect="non-scaling-stroke" />
    </>
  );
});
