import type { Level } from "@/api";
import { PacePicker } from "@/chrome";
import { obsDim, weightsOf } from "@/level";
import { Button, format } from "@/ui";
import { Card } from "./Card";
import { Epsilon } from "./Epsilon";
import type { Form } from "./form";
import { NetworkPicture, ObservationBar, Places, Sight } from "./pictures";
import { halfAt } from "./schedule";
import { written } from "./settings";
import { Stages } from "./Stages";

interface Props {
  level: Level;
  form: Form;
  /** steps a second that the run is held to; null is full speed */
  pace: number | null;
  onPace: (pace: number | null) => void;
}

/** The six ideas of a run, in the order in which they act. */
export function Cards({ level, form, pace, onPace }: Props) {
  const { config, network } = form;
  const half = halfAt(config);
  const deployed = level.places.filter((place) => place.deployed).length;
  const staged = config["curriculum"] === "stages";
  return (
    <div className="flow">
      <Card title="World" note={`${deployed} of ${level.places.length} places`} group="world" form={form} level={level} main={["layouts", "multiplier"]}>
        <Places level={level} />
      </Card>
      <Card title="Sight" note={`${obsDim(level)} numbers per step`} group="sight" form={form} level={level} main={[]}>
        <div className="look">
          <Sight level={level} />
          <div>
            <b>{level.sight === null ? `All ${level.width} × ${level.height} cells` : `${2 * level.sight + 1} × ${2 * level.sight + 1} cells`}</b>
            <p>Where places stand, not which they are: that it learns by standing on one.</p>
            {network === "recurrent" && <p>The rest of the {`${level.width}\u00a0×\u00a0${level.height}`} it has to remember.</p>}
          </div>
        </div>
        <h3>What the network receives</h3>
        <ObservationBar level={level} network={network} />
      </Card>
      <Card title="Brain" note={`${format.count(weightsOf(level, network))} weights`} group="brain" form={form} level={level} main={["network", "learner", "learning_rate", "gamma"]}>
        <NetworkPicture level={level} network={network} />
      </Card>
      <Card
        title="Exploration"
        note={half === null ? undefined : `half dice until step ${format.count(Math.round(half * Number(config["steps"])))}`}
        group="exploration"
        form={form}
        level={level}
        main={["epsilon_end", "epsilon_fraction", "curiosity"]}
      >
        <Epsilon form={form} />
      </Card>
      <Card
        title="Curriculum"
        note={staged ? `${level.curriculum.multipliers.length + 1} stages` : "none"}
        group="curriculum"
        form={form}
        level={level}
        main={["curriculum", "advance_at", "retreat_under"]}
        inPicture={["first_stage"]}
      >
        <Stages level={level} form={form} />
      </Card>
      <Card
        title="Run"
        note={`seed ${written(Number(config["seed"]))}`}
        group="run"
        form={form}
        level={level}
        main={["steps", "lanes", "evaluations", "episodes"]}
        inPicture={["seed"]}
        below={
          <>
            <Seed form={form} />
            <PacePicker value={pace} onChange={onPace} />
          </>
        }
      />
    </div>
  );
}

/** All chance of the run follows from this number: the same settings and seed give the same run. */
function Seed({ form }: { form: Form }) {
  const setting = form.settings.find(({ name }) => name === "seed");
  if (!setting) return null;
  const error = form.errors["seed"];
  return (
    <div className="seed" data-setting="seed" id="row-seed">
      <label htmlFor="set-seed">{setting.title}</label>
      <div className="nf">
        <input
          id="set-seed"
          className="input mono"
          inputMode="numeric"
          autoComplete="off"
          value={String(form.config["seed"] ?? "")}
          aria-invalid={error ? true : undefined}
          aria-describedby="seed-hint"
          onChange={(event) => form.set("seed", /^\d+$/.test(event.target.value) ? Number(event.target.value) : event.target.value)}
        />
        <Button icon="dice-five" aria-label="Another seed" onClick={() => form.set("seed", Math.floor(Math.random() * (setting.max + 1)))} />
      </div>
      <p className={error ? "error" : "hint"} id="seed-hint">
        {error ?? "The same settings and seed live the same lives, bit for bit, on any CPU trainer."}
      </p>
    </div>
  );
}
