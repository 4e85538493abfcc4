import { useQuery } from "@tanstack/react-query";
import type { RefObject } from "react";
import { workersQuery } from "@/api";
import type { Level, Run } from "@/api";
import { weightsOf } from "@/level";
import { Button, Copy, ErrorText, format, Strip } from "@/ui";
import { duration, expectation, similar } from "./expect";
import type { Form } from "./form";
import { yaml } from "./settings";
import type { Config } from "./settings";

interface Props {
  name: string;
  onName: (name: string) => void;
  nameLength: number;
  nameField: RefObject<HTMLInputElement | null>;
  nameError: string | undefined;
  another: () => void;
  level: Level | undefined;
  form: Form;
  sent: Config;
  runs: readonly Run[];
  /** what the server said about the whole, not about a field */
  trouble: string | undefined;
  wrong: number;
  busy: boolean;
  launch: () => void;
}

const BYTES_A_WEIGHT = 4;

export function Summary({ name, onName, nameLength, nameField, nameError, another, level, form, sent, runs, trouble, wrong, busy, launch }: Props) {
  const workers = useQuery(workersQuery).data;
  const alike = similar(runs, form.config, form.network);
  const steps = Number(form.config["steps"]);
  const evaluations = Number(form.config["evaluations"]);
  const { survival, seconds } = expectation(alike, steps);
  const waiting = runs.filter((run) => run.state === "queued").length;
  const title = name.trim() || "run";
  return (
    <aside className="side" aria-label="Summary">
      <div className="card">
        <h2>
          <label htmlFor="run-name">Name</label>
        </h2>
        <div className="nf">
          <input
            id="run-name"
            ref={nameField}
            className="input disp"
            value={name}
            maxLength={nameLength}
            autoComplete="off"
            spellCheck={false}
            aria-invalid={nameError ? true : undefined}
            aria-describedby={nameError ? "run-name-error" : undefined}
            onChange={(event) => onName(event.target.value)}
          />
          <Button icon="dice-five" aria-label="Another name" onClick={another} />
        </div>
        {nameError && <ErrorText id="run-name-error">{nameError}</ErrorText>}
        <h2 className="next">What to expect</h2>
        <dl className="est">
          {survival && (
            <div>
              <dt>{survival.map(format.count).filter((steps, i, all) => all.indexOf(steps) === i).join("–")}</dt>
              <dd>steps survived in the best exam, {alike.length === 1 ? "in one similar run" : `in ${alike.length} similar runs`}</dd>
            </div>
          )}
          {seconds !== null && (
            <div>
              <dt>{duration(seconds)}</dt>
              <dd>to train, at the speed of {alike.length === 1 ? "that run" : "those runs"}</dd>
            </div>
          )}
          {level?.floors.random != null && (
            <div>
              <dt>{Math.round(level.floors.random)}</dt>
              <dd>steps that a random agent survives here</dd>
            </div>
          )}
          {level && (
            <div>
              <dt>{format.bytes(weightsOf(level, form.network) * BYTES_A_WEIGHT)}</dt>
              <dd>of weights for students to take home</dd>
            </div>
          )}
          {steps > 0 && evaluations > 0 && (
            <div>
              <dt>{format.count(evaluations)}</dt>
              <dd>{evaluations === 1 ? "exam" : "exams"} on held-out lives, every {format.count(Math.round(steps / evaluations))} steps, and a few early ones</dd>
            </div>
          )}
        </dl>
        {alike.length === 0 && <p className="hint">No finished run is like this one yet, so how long it takes and how well it does is open.</p>}
      </div>
      <Yaml sent={sent} />
      {trouble && <Strip kind="bad">{trouble}</Strip>}
      <div className="cta">
        {workers && workers.free === 0 && (
          <p className="hint">
            {workers.total === 0 ? "No trainer is running: it waits in line until one starts." : `All trainers are busy: ${format.ordinal(waiting + 1).toLowerCase()} in line.`}
          </p>
        )}
        {wrong > 0 && (
          <p className="error" role="status">
            {wrong === 1 ? "One setting is" : `${wrong} settings are`} not possible.
          </p>
        )}
        <Button kind="primary" size="lg" wide icon="play" iconWeight="fill" aria-disabled={busy || wrong > 0} onClick={launch} title="Ctrl or ⌘ with Enter">
          <span className="cut">{busy ? "Launching" : `Launch ${title}`}</span>
        </Button>
      </div>
    </aside>
  );
}

/** What will be stored with the run. What is not named here is as by default. */
function Yaml({ sent }: { sent: Config }) {
  const text = yaml(sent);
  return (
    <div className="card yaml">
      <header>
        <h2>run.yaml</h2>
        <span className="grow" />
        <Copy text={`${text}\n`} />
      </header>
      <pre data-scroll tabIndex={0} aria-label="run.yaml">
        {text.split("\n").map((line) => {
          const [key, ...rest] = line.split(": ");
          return (
            <span key={key}>
              <b>{key}</b>: <i>{rest.join(": ")}</i>
              {"\n"}
            </span>
          );
        })}
        <span className="m3"># the rest as by default</span>
      </pre>
    </div>
  );
}
