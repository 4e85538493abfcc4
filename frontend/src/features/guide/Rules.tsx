import type { Level } from "@/api";
import { actionIcon, obsDim, reads } from "@/level";
import { format, Icon } from "@/ui";
import { listed, ofAction, ofField, order, reward } from "./facts";

export function Actions({ level }: { level: Level }) {
  return (
    <section aria-labelledby="actions">
      <h2 id="actions" tabIndex={-1}>
        Actions
      </h2>
      <p className="m2">
        {level.actions.length} of them, in the order of the network's outputs. The mask says which are allowed; the agent chooses among those only.
      </p>
      <div className="card guide-table">
        <table>
          <thead>
            <tr>
              <th scope="col">Action</th>
              <th scope="col">Does</th>
              <th scope="col">Allowed</th>
              <th scope="col">Costs</th>
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
        A step, in its order
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
        What it sees
      </h2>
      <p className="m2">
        {format.count(obsDim(level))} numbers a step, and nothing else of the world.
        {unread.length > 0 && ` The network with a memory does not read ${listed(unread.map(({ name }) => name))}.`}
      </p>
      <div className="card guide-table">
        <table>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Numbers</th>
              <th scope="col">What it tells</th>
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
                    {format.plain(field.low).replace("-", "−")} to {format.plain(field.high)}
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
        Reward
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
        Stages
      </h2>
      <p className="m2">A run with a curriculum begins in an easy world and moves on. Without one the meters drain at one speed throughout.</p>
      <ol className="guide-stages">
        {multipliers.map((multiplier, i) => (
          <li key={i} className="card">
            <b>{i + 1}</b>
            <span>Meters drain at {percent(multiplier)} of the level's speed.</span>
          </li>
        ))}
        <li className="card">
          <b>{multipliers.length + 1}</b>
          <span>At {percent(multipliers.at(-1) ?? 1)} still, and the learner is paid 1 a step for being alive instead of the level's reward.</span>
        </li>
      </ol>
      <p className="m2">
        Unless the run says otherwise: on when lives last over {percent(advance)} of the longest possible, do not grow shorter, and the choices are settled (entropy of
        the Q-values under {format.plain(entropy_gate)} of 1); back when they last under {percent(retreat)} and do not grow longer.
      </p>
    </section>
  );
}
