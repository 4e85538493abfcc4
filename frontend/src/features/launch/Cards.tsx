import type { Level } from "@/api";
import { PacePicker } from "@/chrome";
import { obsDim, weightsOf } from "@/level";
import { Button, format } from "@/ui";
import { tr } from "@/words";
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
      <Card title={tr("World")} note={tr("{deployed} of {places} places", { deployed, places: level.places.length })} group="world" form={form} level={level} main={["layouts", "multiplier"]}>
        <Places level={level} />
      </Card>
      <Card title={tr("Sight")} note={tr("{n} numbers per step", { n: obsDim(level) })} group="sight" form={form} level={level} main={[]}>
        <div className="look">
          <Sight level={level} />
          <div>
            <b>{level.sight === null ? tr("All {width} × {height} cells", { width: level.width, height: level.height }) : tr("{side} × {side} cells", { side: 2 * level.sight + 1 })}</b>
            <p>{tr("Where places stand, not which they are: that it learns by standing on one.")}</p>
            {network === "recurrent" && <p>{tr("The rest of the {cells} it has to remember.", { cells: `${level.width}\u00a0×\u00a0${level.height}` })}</p>}
          </div>
        </div>
        <h3>{tr("What the network receives")}</h3>
        <ObservationBar level={level} network={network} />
      </Card>
      <Card title={tr("Brain")} note={tr("{weights} weights", { weights: format.count(weightsOf(level, network)) })} group="brain" form={form} level={level} main={["network", "learner", "learning_rate", "gamma"]}>
        <NetworkPicture level={level} network={network} />
      </Card>
      <Card
        title={tr("Exploration")}
        note={half === null ? undefined : tr("half dice until step {step}", { step: format.count(Math.round(half * Number(config["steps"]))) })}
        group="exploration"
        form={form}
        level={level}
        main={["epsilon_end", "epsilon_fraction", "curiosity"]}
      >
        <Epsilon form={form} />
      </Card>
      <Card
        title={tr("Curriculum")}
        note={staged ? tr("{n} stages", { n: level.curriculum.multipliers.length + 1 }) : tr("no curriculum")}
        group="curriculum"
        form={form}
        level={level}
        main={["curriculum", "advance_at", "retreat_under"]}
        inPicture={["first_stage"]}
      >
        <Stages level={level} form={form} />
      </Card>
      <Card
        title={tr("Run")}
        note={tr("seed {seed}", { seed: written(Number(config["seed"])) })}
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
        <Button icon="dice-five" aria-label={tr("Another seed")} onClick={() => form.set("seed", Math.floor(Math.random() * (setting.max + 1)))} />
      </div>
      <p className={error ? "error" : "hint"} id="seed-hint">
        {error ?? tr("The same settings and seed live the same lives, bit for bit, on any CPU trainer.")}
      </p>
    </div>
  );
}
