import type { Level } from "@/api";
import { actionIcon, obsDim, reads } from "@/level";
import { format, Icon } from "@/ui";
import { tr } from "@/words";
import { listed, ofAction, ofField, order, reward } from "./facts";

export function Actions({ level }: { level: Level }) {
  return (
    <section aria-labelledby="actions">
      <h2 id="actions" tabIndex={-1}>
        {tr("Actions")}
      </h2>
      <p className="m2">
        {tr("{n} of them, in the order of the network's outputs. The mask says which are allowed; the agent chooses among those only.", { n: level.actions.length })}
      </p>
      <div className="card guide-table">
        <table>
          <thead>
            <tr>
              <th scope="col">{tr("Action")}</th>
              <th scope="col">{tr("Does")}</th>
              <th scope="col">{tr("Allowed")}</th>
              <th scope="col">{tr("Costs")}</th>
            </tr>
          </thead>
          <tbody>
            {level.actions.map((action) => {
              const { does, allowed, costs } = ofAction(level, action);
              return (
                <tr key={action.name}>
                  <th scope="row">
                    <Icon name={actionIcon(action)} /> {action.name}
                  </th>
                  <td>{does}</td>
                  <td>{allowed}</td>
                  <td>{costs}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

export function Step({ level }: { level: Level }) {
  return (
    <section aria-labelledby="step">
      <h2 id="step" tabIndex={-1}>
        {tr("A step, in its order")}
      </h2>
      <ol className="card guide-order">
        {order(level).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ol>
    </section>
  );
}

export function Observation({ level }: { level: Level }) {
  const unread = level.sight === null ? [] : level.observation.filter(({ name }) => !reads(level, "recurrent").has(name));
  return (
    <section aria-labelledby="observation">
      <h2 id="observation" tabIndex={-1}>
        {tr("What it sees")}
      </h2>
      <p className="m2">
        {tr("{n} numbers a step, and nothing else of the world.", { n: obsDim(level) })}
        {unread.length > 0 && ` ${tr("The network with a memory does not read {fields}.", { fields: listed(unread.map(({ name }) => name)) })}`}
      </p>
      <div className="card guide-table">
        <table>
          <thead>
            <tr>
              <th scope="col">{tr("Field")}</th>
              <th scope="col">{tr("Numbers")}</th>
              <th scope="col">{tr("What it tells")}</th>
            </tr>
          </thead>
          <tbody>
            {level.observation.map((field) => (
              <tr key={field.name}>
                <th scope="row" className="mono">
                  {field.name}
                </th>
                <td>
                  {field.stop - field.start},{" "}
                  <span className="guide-range">
                    {tr("{low} to {high}", { low: format.plain(field.low).replace("-", "−"), high: format.plain(field.high) })}
                  </span>
                </td>
                <td>{ofField(level, field)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

export function Reward({ level }: { level: Level }) {
  return (
    <section aria-labelledby="reward">
      <h2 id="reward" tabIndex={-1}>
        {tr("Reward")}
      </h2>
      <div className="card guide-text">
        {reward(level).map((line) => (
          <p key={line}>{line}</p>
        ))}
      </div>
    </section>
  );
}

export function Stages({ level }: { level: Level }) {
  const { multipliers, advance, retreat, entropy_gate } = level.curriculum;
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return (
    <section aria-labelledby="stages">
      <h2 id="stages" tabIndex={-1}>
        {tr("Stages")}
      </h2>
      <p className="m2">{tr("A run with a curriculum begins in an easy world and moves on. Without one the meters drain at one speed throughout.")}</p>
      <ol className="guide-stages">
        {multipliers.map((multiplier, i) => (
          <li key={i} className="card">
            <b>{i + 1}</b>
            <span>{tr("Meters drain at {share} of the level's speed.", { share: percent(multiplier) })}</span>
          </li>
        ))}
        <li className="card">
          <b>{multipliers.length + 1}</b>
          <span>{tr("At {share} still, and the learner is paid 1 a step for being alive instead of the level's reward.", { share: percent(multipliers.at(-1) ?? 1) })}</span>
        </li>
      </ol>
      <p className="m2">
        {tr("Unless the run says otherwise: on when lives last over {advance} of the longest possible, do not grow shorter, and the choices are settled (entropy of the Q-values under {entropyGate} of 1); back when they last under {retreat} and do not grow longer.", { advance: percent(advance), entropyGate: format.plain(entropy_gate), retreat: percent(retreat) })}
      </p>
    </section>
  );
}
