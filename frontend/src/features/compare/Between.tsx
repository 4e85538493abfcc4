import { useMemo } from "react";
import type { Level } from "@/api";
import { amount, hueOf } from "@/features/watch/parts";
import { cellName } from "@/board";
import { Button, format, Icon } from "@/ui";
import type { Life } from "@/wire";
import { rich, tr } from "@/words";
import type { Half } from "./Episodes";
import type { Parting, Start } from "./fork";
import { sumsOf } from "./sums";
import type { Sums } from "./sums";

interface Props {
  a: Half;
  b: Half;
  parting: Parting | null;
  toFork: () => unknown;
}

/** What stands between the boards: where they part, what each came to, what each used. */
export function Between({ a, b, parting, toFork }: Props) {
  const level = a.level ?? b.level;
  const sums = useMemo(
    () => ({ a: a.life && a.level && sumsOf(a.life, a.level), b: b.life && b.level && sumsOf(b.life, b.level) }),
    [a.life, a.level, b.life, b.level],
  );
  return (
    <section className="card between" aria-label={tr("Differences")}>
      {parting && a.life && b.life && a.level && (
        <div className="fork">
          <Icon name="git-branch" />
          <p>{told(parting, a.level, a.life, b.life)}</p>
          {"t" in parting && (
            <Button size="sm" title={tr("To that step (.)")} onClick={toFork}>
              {tr("Go there")}
            </Button>
          )}
        </div>
      )}
      {level && (sums.a || sums.b) && <Bars level={level} a={sums.a} b={sums.b} />}
      {level && (sums.a || sums.b) && <Uses level={level} a={sums.a} b={sums.b} />}
    </section>
  );
}

const UNLIKE: Record<Exclude<Start, "level" | "cell">, string> = {
  layout: tr("the places stand elsewhere"),
  meters: tr("the meters begin at other values"),
  hour: tr("they begin at another hour"),
  depletion: tr("the meters deplete at another rate"),
};

function told(parting: Parting, level: Level, a: Life, b: Life) {
  switch (parting.kind) {
    case "fork":
      return (
        <>
          {rich("Same start. They part at <b>step {step}</b> on {cell}: A chose <b>{first}</b>, B chose <b>{second}</b>.", { step: format.count(parting.t), cell: cellName(level, parting.x, parting.y), first: level.actions[parting.a]!.name, second: level.actions[parting.b]!.name })}
        </>
      );
    case "same":
      return a.length === b.length ? (
        <>{tr("Same start, and step for step the same life.")}</>
      ) : (
        <>
          {rich("Same start and the same choices for all <b>{step} steps</b> that both lived.", { step: format.count(parting.t) })}
        </>
      );
    case "world":
      return (
        <>
          {rich("Same start and the same choices, yet their states differ from <b>step {step}</b> on: the rules around them were not the same.", { step: format.count(parting.t) })}
        </>
      );
    case "starts":
      if (parting.differ.includes("level")) {
        return a.meta.digest === b.meta.digest ? <>{tr("One of them has no step to compare.")}</> : <>{tr("Two different levels, so there is no step at which they part.")}</>;
      }
      return (
        <>
          {tr("Different starts, so there is no fork to find: {why}.", { why: parting.differ
            .map((one) => (one === "cell" ? tr("A begins at {a}, B at {b}", { a: cellName(level, a.rows.x[0]!, a.rows.y[0]!), b: cellName(level, b.rows.x[0]!, b.rows.y[0]!) }) : UNLIKE[one as keyof typeof UNLIKE]))
            .join("; ") })}
        </>
      );
  }
}

type Two = { level: Level; a: Sums | null; b: Sums | null };

/** Mirrored bars on one scale: A to the left, B to the right. */
function Bars({ level, a, b }: Two) {
  const money = level.meters.find(({ name }) => name === level.currency);
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const most = (pick: (sums: Sums) => number) => Math.max(1e-9, ...[a, b].map((sums) => (sums ? Math.abs(pick(sums)) : 0)));
  const rows = [
    { name: tr("Survived"), pick: (s: Sums) => s.survived, top: Math.max(level.lifespan, most((s) => s.survived)), say: format.count },
    { name: tr("Return"), pick: (s: Sums) => s.returned, top: most((s) => s.returned), say: (value: number) => format.fixed(value, 1).replace("-", "−") },
    { name: tr("Rolled the dice"), pick: (s: Sums) => s.random, top: 1, say: percent },
    ...(level.cascades.length ? [{ name: tr("Under a cascade"), pick: (s: Sums) => s.drained, top: 1, say: percent }] : []),
    ...(money ? [{ name: `${money.title} earned`, pick: (s: Sums) => s.earned ?? 0, top: most((s) => s.earned ?? 0), say: (value: number) => amount(money, value) }] : []),
  ];
  return (
    <table className="versus">
      <caption className="sr">{tr("What each life came to: A, the measure, B")}</caption>
      <colgroup>
        <col style={{ width: "16%" }} />
        <col />
        <col style={{ width: 122 }} />
        <col />
        <col style={{ width: "16%" }} />
      </colgroup>
      <tbody>
        {rows.map(({ name, pick, top, say }) => (
          <tr key={name}>
            <td className="l">{a ? say(pick(a)) : "–"}</td>
            <td className="bar" data-side="A" aria-hidden="true">
              <i style={{ width: a ? `${(Math.max(0, pick(a)) / top) * 100}%` : 0 }} />
            </td>
            <th scope="row">{name}</th>
            <td className="bar" data-side="B" aria-hidden="true">
              <i style={{ width: b ? `${(Math.max(0, pick(b)) / top) * 100}%` : 0 }} />
            </td>
            <td className="r">{b ? say(pick(b)) : "–"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const SHOWN = 8;

/** The places each used, most used first, as a butterfly. */
function Uses({ level, a, b }: Two) {
  const rows = level.places
    .map((place) => ({ place, x: a?.uses.get(place.index) ?? 0, y: b?.uses.get(place.index) ?? 0 }))
    .filter(({ x, y }) => x + y > 0)
    .sort((one, other) => other.x + other.y - one.x - one.y);
  const most = Math.max(1, ...rows.flatMap(({ x, y }) => [x, y]));
  return (
    <>
      <div className="uses-head" aria-hidden="true">
        <span>{tr("A used")}</span>
        <span>{tr("places, times")}</span>
        <span>{tr("B used")}</span>
      </div>
      <ul className="uses" aria-label={tr("Places used, times")}>
        {rows.slice(0, SHOWN).map(({ place, x, y }) => (
          <li key={place.index} style={{ ["--c" as string]: hueOf(level.meters.find(({ name }) => name === place.serves)) }}>
            <i className="wing left" style={{ width: `${(x / most) * 100}%` }} />
            <span className="n">{x || "·"}</span>
            <span className="what">
              <Icon name={place.icon} weight="fill" />
              {place.title}
            </span>
            <span className="n">{y || "·"}</span>
            <i className="wing" style={{ width: `${(y / most) * 100}%` }} />
          </li>
        ))}
      </ul>
      {rows.length === 0 && <p className="hint">{tr("Neither used a place.")}</p>}
      {rows.length > SHOWN && <p className="hint">{tr("and {n} more, used less", { n: rows.length - SHOWN })}</p>}
    </>
  );
}
