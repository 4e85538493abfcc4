import { useQuery } from "@tanstack/react-query";
import type { RefObject } from "react";
import { workersQuery } from "@/api";
import type { FairUse, Level, Run } from "@/api";
import { weightsOf } from "@/level";
import { Button, Copy, ErrorText, format, Strip } from "@/ui";
import { heard, tr } from "@/words";
import { expectation, similar } from "./expect";
import { Fair, Line } from "./Fair";
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
  fair: FairUse | undefined;
  /** what the server said about the whole, not about a field */
  trouble: string | undefined;
  wrong: number;
  busy: boolean;
  launch: () => void;
}

const BYTES_A_WEIGHT = 4;

export function Summary({ name, onName, nameLength, nameField, nameError, another, level, form, sent, runs, fair, trouble, wrong, busy, launch }: Props) {
  const workers = useQuery(workersQuery).data;
  const alike = similar(runs, form.config, form.network);
  const steps = Number(form.config["steps"]);
  const evaluations = Number(form.config["evaluations"]);
  const { survival, seconds } = expectation(alike, steps);
  const full = fair?.launches === false;
  const title = name.trim() || tr("run");
  return (
    <aside className="side" aria-label={tr("Summary")}>
      <div className="card">
        <h2>
          <label htmlFor="run-name">{tr("Name")}</label>
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
          <Button icon="dice-five" aria-label={tr("Another name")} onClick={another} />
        </div>
        {nameError && <ErrorText id="run-name-error">{nameError}</ErrorText>}
        <h2 className="next">{tr("What to expect")}</h2>
        <dl className="est">
          {survival && (
            <div>
              <dt>{survival.map(format.count).filter((steps, i, all) => all.indexOf(steps) === i).join("–")}</dt>
              <dd>{tr("steps survived in the best exam, in one similar run|steps survived in the best exam, in {n} similar runs", { n: alike.length })}</dd>
            </div>
          )}
          {seconds !== null && (
            <div>
              <dt>{format.duration(seconds)}</dt>
              <dd>{tr("to train, at the speed of that run|to train, at the speed of those runs", { n: alike.length })}</dd>
            </div>
          )}
          {level?.floors.random != null && (
            <div>
              <dt>{Math.round(level.floors.random)}</dt>
              <dd>{tr("steps that a random agent survives here")}</dd>
            </div>
          )}
          {level && (
            <div>
              <dt>{format.bytes(weightsOf(level, form.network) * BYTES_A_WEIGHT)}</dt>
              <dd>{tr("of weights for students to take home")}</dd>
            </div>
          )}
          {steps > 0 && evaluations > 0 && (
            <div>
              <dt>{format.count(evaluations)}</dt>
              <dd>{tr("exam on held-out lives, every {steps} steps, and a few early ones|exams on held-out lives, every {steps} steps, and a few early ones", { steps: format.count(Math.round(steps / evaluations)), n: evaluations })}</dd>
            </div>
          )}
        </dl>
        {alike.length === 0 && <p className="hint">{tr("No finished run is like this one yet, so how long it takes and how well it does is open.")}</p>}
      </div>
      {fair?.own && <Fair fair={fair} />}
      <Yaml sent={sent} />
      <div className="cta">
        {full && <Strip kind="warn">{heard(fair.message)}</Strip>}
        {trouble && <Strip kind="bad">{trouble}</Strip>}
        {workers && fair && !full && <Line workers={workers} fair={fair} />}
        {wrong > 0 && (
          <p className="error" role="status">
            {tr("One setting is not possible.|{n} settings are not possible.", { n: wrong })}
          </p>
        )}
        <Button kind="primary" size="lg" wide icon="play" iconWeight="fill" aria-disabled={busy || full || wrong > 0} onClick={launch} title={tr("Ctrl or ⌘ with Enter")}>
          <span className="cut">{busy ? tr("Launching") : tr("Launch {name}", { name: title })}</span>
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
        <span className="m3">{tr("# the rest as by default")}</span>
      </pre>
    </div>
  );
}
