import type { Level } from "@/api";
import { actionIcon, amount, hueOf, markOf } from "@/features/watch/parts";
import { format, Icon } from "@/ui";
import { lastMoment, meterAt } from "@/wire";
import type { Life } from "@/wire";
import { tr } from "@/words";
import type { Game } from "./game";

interface PairedProps {
  game: Game;
  rival: Life | null;
  level: Level;
  name: string;
  hint: boolean;
}

/** The meters of both at the same step: yours solid, the mind's hatched. */
export function Paired({ game, rival, level, name, hint }: PairedProps) {
  const t = game.life.length;
  const mine = game.now?.meters ?? game.life.end!.final.meters;
  const gone = rival !== null && t >= lastMoment(rival);
  return (
    <section className="card paired" aria-label={tr("Meters")}>
      <header>
        <h2>{tr("You and it")}</h2>
        <span className="sub">
          <i className="key" /> {tr("you")} <i className="key hatched" /> {name}
        </span>
      </header>
      <ul>
        {level.meters.map((meter, m) => {
          const theirs = rival && meterAt(rival, Math.min(t, lastMoment(rival)), m);
          const mark = markOf(level, meter);
          return (
            <li key={meter.name} style={{ ["--c" as string]: hueOf(meter) }}>
              <Icon name={meter.icon} weight="fill" />
              <span className="what">{meter.title}</span>
              <span className="two" role="meter" aria-label={meter.title} aria-valuemin={0} aria-valuemax={1} aria-valuenow={mine[m]!} aria-valuetext={theirs === null ? tr("you {mine}", { mine: amount(meter, mine[m]!) }) : tr("you {mine}, the mind {theirs}", { mine: amount(meter, mine[m]!), theirs: amount(meter, theirs) })}>
                <i style={{ width: `${100 * mine[m]!}%` }} />
                {theirs !== null && <i className="hatched" style={{ width: `${100 * theirs}%` }} />}
                {mark !== null && <b style={{ left: `${100 * mark}%` }} />}
              </span>
              <span className="num">{amount(meter, mine[m]!)}</span>
            </li>
          );
        })}
      </ul>
      <p className="sub">
        {!rival
          ? tr("Its own life from this start is being lived.")
          : gone
            ? tr("It ended at step {step}. You are further.", { step: format.count(rival.length) })
            : hint
              ? tr("It lived {steps} steps from this start.", { steps: format.count(rival.length) })
              : tr("Its meters are those it had at this very step, from the same start.")}
      </p>
    </section>
  );
}

interface PadProps {
  game: Game;
  level: Level;
  act: (action: number) => void;
  hint: boolean;
}

const KEYS: Readonly<Record<string, string>> = { interact: tr("Space"), wait: "W" };
const AREAS: Readonly<Record<string, string>> = { "0,-1": "up", "0,1": "down", "-1,0": "left", "1,0": "right" };

/** All actions as buttons, large enough for a thumb; those that the rules forbid here cannot be pressed. */
export function Pad({ game, level, act, hint }: PadProps) {
  const { now } = game;
  return (
    <section className="card deed-card" aria-label={tr("Actions")}>
      <div className="deeds" role="group" aria-label={tr("What you do")}>
        {level.actions.map((action, i) => (
          <button
            key={action.name}
            type="button"
            className="deed"
            style={{ gridArea: action.kind === "move" ? (AREAS[`${action.dx},${action.dy}`] ?? "auto") : action.kind }}
            disabled={!now?.mask[i]}
            data-hint={(hint && now?.greedy === i) || undefined}
            onClick={() => act(i)}
          >
            <Icon name={actionIcon(action)} weight="fill" />
            <span>{action.name}</span>
            {hint && now?.mask[i] ? <small>{format.fixed(now.q[i]!, 2).replace("-", "−")}</small> : KEYS[action.kind] && <kbd>{KEYS[action.kind]}</kbd>}
          </button>
        ))}
      </div>
      {hint && <p className="sub">{tr("The mind's own values of your moment; the framed one is its choice.")}</p>}
    </section>
  );
}
