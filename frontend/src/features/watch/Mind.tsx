import type { Level } from "@/api";
import { format, Icon } from "@/ui";
import type { Town } from "@/board";
import type { Choice, Life, Moment } from "@/wire";
import { tr } from "@/words";
import { axisOf, isAllowed, sentenceOf, signed } from "./choice";
import { whyNot } from "./facts";
import { actionIcon } from "./level";

interface Props {
  level: Level;
  town: Town;
  life: Life | null;
  moment: Moment | null;
  still: boolean;
}

/** What it thinks: the choice, the Q-values it was made from, and how often the dice chose instead. */
export function Mind({ level, town, life, moment, still }: Props) {
  return (
    <section className="card mind" aria-label={tr("Mind")}>
      <header>
        <h2>{tr("Mind")}</h2>
        <span className="sub">{tr("Q-value of each action")}</span>
      </header>
      <Decision level={level} life={life} choice={moment?.choice ?? null} />
      <Values level={level} town={town} life={life} moment={moment} still={still} />
      <Dice life={life} moment={moment} />
    </section>
  );
}

export function Decision({ level, life, choice }: { level: Level; life: Life | null; choice: Choice | null }) {
  if (!choice) {
    return (
      <div className="decision none">
        <span className="ic" />
        <div>
          <b>{life?.end ? tr("No more choices") : "–"}</b>
          <span>{life?.end ? tr("This life is over") : tr("No life on stage yet")}</span>
        </div>
      </div>
    );
  }
  const action = level.actions[choice.action]!;
  return (
    <div className="decision" data-random={choice.random || undefined}>
      <span className="ic">
        <Icon name={actionIcon(action)} weight="fill" />
      </span>
      <div>
        <b>{action.name}</b>
        <span>{sentenceOf(choice, level.actions.map(({ name }) => name))}</span>
      </div>
    </div>
  );
}

export function Values({ level, town, life, moment, still }: Props) {
  const choice = moment?.choice ?? null;
  const axis = choice && axisOf(choice);
  return (
    <div className={still ? "qs still" : "qs"} role="group" aria-label={tr("Q-values")}>
      {level.actions.map((action, i) => {
        const icon = <Icon name={actionIcon(action)} weight="fill" />;
        if (!choice || !axis || !life || !moment) {
          return (
            <div className="q none" key={action.name}>
              {icon}
              <span className="nm">{action.name}</span>
              <span className="tr" />
              <span className="v">–</span>
            </div>
          );
        }
        if (!isAllowed(choice, i)) {
          return (
            <div className={i === choice.action ? "q mask pick" : "q mask"} key={action.name}>
              {icon}
              <span className="nm">{action.name}</span>
              <span className="why">{whyNot(level, town, life.meta.layout, moment, i)}</span>
            </div>
          );
        }
        const value = choice.q[i]!;
        const share = ((value - axis.low) / (axis.high - axis.low)) * 100;
        const name = ["q", i === choice.action && "pick", i === choice.greedy && "best"].filter(Boolean).join(" ");
        return (
          <div className={name} key={action.name} style={{ ["--p" as string]: `${share.toFixed(1)}%` }}>
            {icon}
            <span className="nm">{action.name}</span>
            <span className="tr">
              <i />
            </span>
            <span className="v">{signed(value, axis.digits)}</span>
          </div>
        );
      })}
      <div className="qcap" aria-hidden="true">
        <span>{axis && signed(axis.low, axis.ends)}</span>
        <span>{axis && signed(axis.high, axis.ends)}</span>
      </div>
    </div>
  );
}

const PIPS = 24;

export function Dice({ life, moment }: { life: Life | null; moment: Moment | null }) {
  const upTo = life && moment ? Math.min(moment.t, life.length - 1) : -1;
  const pips = Array.from({ length: PIPS }, (_, i) => {
    const t = upTo - PIPS + 1 + i;
    return life && t >= 0 ? (life.rows.random[t] === 1 ? "x" : "g") : "none";
  });
  const rolled = pips.filter((pip) => pip === "x").length;
  return (
    <div className="luck">
      <div className="row">
        <b>{tr("Last {n} choices", { n: PIPS })}</b>
        <span>{life ? tr("ε {epsilon} · {rolled} rolled at random", { epsilon: format.fixed(life.meta.epsilon, 2), rolled }) : ""}</span>
      </div>
      <div className="pips" role="img" aria-label={tr("Of the last choices {rolled} were rolled at random, oldest first", { rolled })}>
        {pips.map((pip, i) => (
          <i key={i} className={pip} />
        ))}
      </div>
    </div>
  );
}
