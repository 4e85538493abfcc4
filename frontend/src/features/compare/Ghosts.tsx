import type { Checkpoint, Level } from "@/api";
import { actionIcon, amount, endTitle, hueOf, markOf, SIGN } from "@/features/watch/parts";
import { format, Icon } from "@/ui";
import { lastMoment, momentOf } from "@/wire";
import type { Life } from "@/wire";
import { rich, tr } from "@/words";
import { hueAt } from "./look";
import { metersAt } from "./race";

interface Props {
  lives: readonly Life[];
  ghosts: readonly Checkpoint[];
  /** all the run's, to choose from */
  checkpoints: readonly Checkpoint[];
  level: Level;
  t: number;
  onGhosts: (ids: string[]) => void;
}

/** The ghosts as columns: how long each had been trained, what it does now, and its meters beside the others'. */
export function Ghosts({ lives, ghosts, checkpoints, level, t, onGhosts }: Props) {
  const sorted = [...checkpoints].sort((a, b) => a.steps - b.steps);
  const change = (i: number, id: string) => onGhosts(ghosts.map((one, j) => (j === i ? id : one.id)));
  return (
    <section className="card ghosts" aria-label={tr("Ghosts")}>
      <table>
        <caption className="sr">{tr("Each ghost at step {step}: its training, its choice and its meters", { step: t })}</caption>
        <thead>
          <tr>
            <th scope="col" className="corner">
              {tr("Trained for")}
            </th>
            {ghosts.map((ghost, i) => (
              <th key={i} scope="col">
                <span className="tag" style={{ background: hueAt(i) }}>
                  {i + 1}
                </span>
                <select aria-label={tr("Checkpoint of ghost {n}", { n: i + 1 })} value={ghost.id} onChange={(event) => change(i, event.target.value)}>
                  {sorted.map(({ id, steps, best }) => (
                    <option key={id} value={id}>
                      {tr("{steps} steps", { steps: short(steps) }) + (best ? `, ${tr("best so far")}` : "")}
                    </option>
                  ))}
                </select>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr className="does">
            <th scope="row">{tr("Now")}</th>
            {lives.map((life, i) => (
              <td key={i}>
                <Does life={life} level={level} t={t} />
              </td>
            ))}
          </tr>
          {level.meters.map((meter, m) => (
            <tr key={meter.name}>
              <th scope="row">
                <Icon name={meter.icon} weight="fill" style={{ color: hueOf(meter) }} />
                {meter.title}
              </th>
              {metersAt(lives, m, t).map((value, i) => (
                <td key={i} data-over={t >= lastMoment(lives[i]!) || undefined}>
                  <span className="rod" aria-hidden="true">
                    <i style={{ width: `${100 * value}%`, background: hueOf(meter) }} />
                    {markOf(level, meter) !== null && <b style={{ left: `${100 * markOf(level, meter)!}%` }} />}
                  </span>
                  <span className="num">{amount(meter, value)}</span>
                </td>
              ))}
            </tr>
          ))}
          <tr className="sum">
            <th scope="row">{tr("Survived")}</th>
            {lives.map((life, i) => (
              <td key={i}>
                {rich("<b>{steps}</b> steps", { steps: format.count(life.length) })}
                <small>{endTitle(level, life)}</small>
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </section>
  );
}

function Does({ life, level, t }: { life: Life; level: Level; t: number }) {
  const { choice } = momentOf(life, Math.min(t, lastMoment(life)));
  if (!choice) {
    return (
      <span className="doing over">
        <Icon name={SIGN[life.end?.cause ?? "cut"]} weight="fill" />
        {life.end?.cause === "death" ? tr("died") : tr("ended")}
      </span>
    );
  }
  const action = level.actions[choice.action]!;
  return (
    <span className="doing">
      <Icon name={actionIcon(action)} weight="fill" />
      {action.name}
    </span>
  );
}

/** 1,234,000 → "1.2 M", 49,152 → "49 k" */
export const short = (steps: number): string => (steps >= 1e6 ? `${format.fixed(steps / 1e6, 1)} M` : steps >= 1e3 ? `${Math.round(steps / 1e3)} k` : String(steps));
