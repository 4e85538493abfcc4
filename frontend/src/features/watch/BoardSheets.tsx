/** The board for those who do not see it: as a grid of cells, and as text. */
import { useEffect, useRef, useState } from "react";
import type { KeyboardEvent } from "react";
import type { Level } from "@/api";
import { cellName, isOpen, placeAt } from "@/board";
import type { Town } from "@/board";
import { Button, format, Icon } from "@/ui";
import { meterAt, momentOf } from "@/wire";
import type { Life } from "@/wire";
import { tr } from "@/words";
import { drainsOf } from "./causes";
import { isAllowed, sentenceOf } from "./choice";
import { dayOf, visitsOf, whyNot } from "./facts";
import { amount, signedAmount } from "./level";
import type { Meter } from "./level";
import type { Player } from "./player";
import { Sheet } from "./Sheet";

interface GridProps {
  level: Level;
  town: Town;
  player: Player;
  open: boolean;
  onClose: () => void;
}

/** A real grid, each cell says what is there. Arrow keys move. */
export function GridSheet({ level, town, player, open, onClose }: GridProps) {
  return (
    <Sheet open={open} title={tr("The board, cell by cell")} onClose={onClose} wide>
      <Cells level={level} town={town} player={player} />
      <Button wide onClick={onClose}>
        {tr("Close")}
      </Button>
    </Sheet>
  );
}

function Cells({ level, town, player }: Pick<GridProps, "level" | "town" | "player">) {
  // The grid holds still while it is read: what is true when it opens.
  const [{ life, t }] = useState(() => ({ life: player.state().stage, t: player.state().t }));
  const start = life ? momentOf(life, t) : null;
  const [at, setAt] = useState<[number, number]>([start?.x ?? 0, start?.y ?? 0]);
  const grid = useRef<HTMLDivElement>(null);
  useEffect(() => {
    grid.current?.querySelector<HTMLElement>(`[data-at="${at[0]},${at[1]}"]`)?.focus();
  }, [at]);
  if (!life || !start) return <p>{tr("No life on stage yet.")}</p>;
  const visits = visitsOf(life, town.width, town.height, t);
  const key = (event: KeyboardEvent) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    setAt([Math.min(town.width - 1, Math.max(0, at[0] + move[0]!)), Math.min(town.height - 1, Math.max(0, at[1] + move[1]!))]);
  };
  return (
    <div className="cells" role="grid" aria-label={tr("{title}, step {step}", { title: level.title, step: t })} ref={grid} onKeyDown={key} style={{ ["--columns" as string]: town.width }}>
      {Array.from({ length: town.height }, (_, y) => (
        <div role="row" key={y}>
          {Array.from({ length: town.width }, (_, x) => {
            const place = placeAt(town, life.meta.layout, x, y);
            const here = start.x === x && start.y === y;
            const seen = visits[y * town.width + x]!;
            const words = [
              cellName(town, x, y),
              place && place.title,
              place?.hours && town.day !== null && (isOpen(place, start.hour, town.day) ? tr("open until {hours}:00", { hours: place.hours[1] % town.day }) : tr("closed until {hours}:00", { hours: place.hours[0] })),
              here && tr("the agent is here"),
              seen ? tr("{n} visit|{n} visits", { n: seen }) : tr("never visited"),
            ];
            return (
              <div role="gridcell" key={x} data-at={`${x},${y}`} tabIndex={at[0] === x && at[1] === y ? 0 : -1} aria-label={words.filter(Boolean).join(", ")}>
                {here ? "●" : place ? <Icon name={place.icon} weight="fill" /> : ""}
              </div>
            );
          })}
        </div>
      ))}
    </div>
  );
}

export function TextSheet({ level, town, player, open, onClose }: GridProps) {
  return (
    <Sheet open={open} title={tr("As text")} onClose={onClose} wide>
      <AsText level={level} town={town} player={player} />
      <Button wide onClick={onClose}>
        {tr("Close")}
      </Button>
    </Sheet>
  );
}

function AsText({ level, town, player }: Pick<GridProps, "level" | "town" | "player">) {
  const [{ life, t }] = useState(() => ({ life: player.state().stage, t: player.state().t }));
  return (
    <div className="astext" tabIndex={0}>
      <h2>{tr("As text")}</h2>
      {life ? <Prose level={level} town={town} life={life} t={t} /> : <p>{tr("No life on stage yet.")}</p>}
    </div>
  );
}

function Prose({ level, town, life, t }: { level: Level; town: Town; life: Life; t: number }) {
  const moment = momentOf(life, t);
  const { choice } = moment;
  const names = level.actions.map(({ name }) => name);
  const title = (name: string) => level.meters.find((meter) => meter.name === name)?.title ?? name;
  const here = placeAt(town, life.meta.layout, moment.x, moment.y);
  const drains = drainsOf(level, moment.meters);
  const time = town.day === null ? "" : `, ${tr("day {number}", { number: dayOf(life, t, town.day) })}, ${String(moment.hour).padStart(2, "0")}:00`;
  return (
    <>
      <p>
        {[
          tr("Episode {number}, step {step}", { number: life.number, step: t }) + time + ".",
          here ? tr("The agent stands at {cell}, at {place}.", { cell: cellName(town, moment.x, moment.y), place: here.title }) : tr("The agent stands at {cell}.", { cell: cellName(town, moment.x, moment.y) }),
          choice ? tr("It chooses {action}.", { action: names[choice.action]! }) + ` ${sentenceOf(choice, names)}.` : tr("Its life is over."),
        ].join(" ")}
      </p>
      <table>
        <caption>{tr("Meters, 0 to 100")}</caption>
        <thead>
          <tr>
            <th>{tr("Meter")}</th>
            <th className="n">{tr("Value")}</th>
            <th className="n">{tr("Change")}</th>
          </tr>
        </thead>
        <tbody>
          {level.meters.map((meter, m) => (
            <tr key={meter.name}>
              <td>{meter.title}</td>
              <td className="n">{amount(meter, moment.meters[m]!)}</td>
              <td className="n">{t > 0 ? changeOf(meter, moment.meters[m]! - meterAt(life, t - 1, m)) : ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {drains.map(({ source, target, amount: loss }) => (
        <p key={`${source}${target}`}>
          {tr("{source} is low and drains {target} by {loss} a step.", { source: title(source), target: title(target), loss: format.fixed(loss * 100, 2) })}
        </p>
      ))}
      {choice && (
        <table>
          <caption>{tr("Expected return of each action")}</caption>
          <tbody>
            {names.map((name, i) => (
              <tr key={name}>
                <td>{name}</td>
                <td className="n">{isAllowed(choice, i) ? format.fixed(choice.q[i]!, 4) : whyNot(level, town, life.meta.layout, moment, i)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <table>
        <caption>{tr("Places")}</caption>
        <tbody>
          {town.places
            .filter(({ name }) => life.meta.layout[name])
            .map((place) => (
              <tr key={place.name}>
                <td>{place.title}</td>
                <td>{cellName(town, ...(life.meta.layout[place.name] as [number, number]))}</td>
                <td>{isOpen(place, moment.hour, town.day) ? tr("open") : tr("closed until {hours}:00", { hours: place.hours![0] })}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </>
  );
}

const changeOf = (meter: Meter, change: number): string => (Math.abs(change) < 0.0005 ? `±${amount(meter, 0, 1)}` : signedAmount(meter, change, 1));
