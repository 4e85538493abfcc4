import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { ApiError, client, levelQuery, levelsQuery, meQuery, runsQuery, settingsQuery, unwrap, workersQuery } from "@/api";
import type { Level, LevelSummary, Preset, Run } from "@/api";
import { LabBar } from "@/chrome";
import { obsDim, weightsOf } from "@/level";
import { paths } from "@/paths";
import { Button, Empty, format, Icon, Skeleton, Waiting } from "@/ui";
import { Card } from "./Card";
import { Epsilon } from "./Epsilon";
import { useForm } from "./form";
import type { Form } from "./form";
import { randomName } from "./names";
import { NetworkPicture, ObservationBar, Places, Sight } from "./pictures";
import { halfAt } from "./schedule";
import { differences, settingsOf, written } from "./settings";
import type { Config, Setting } from "./settings";
import { Stages } from "./Stages";
import { Summary } from "./Summary";
import "./launch.css";

export function Launch() {
  const instructor = useQuery(meQuery).data?.user?.role === "instructor";
  const settings = useQuery(settingsQuery);
  const levels = useQuery(levelsQuery);
  const runs = useQuery(runsQuery);
  const failed = settings.error ?? levels.error;
  return (
    <>
      <title>Launch run · Hamlet</title>
      <LabBar page="launch" launch={instructor}>
        {instructor && <Trainers />}
      </LabBar>
      {!instructor ? (
        <main id="main" className="mid">
          <Empty level={1} title="Instructors launch runs" action={<Link className="btn primary" to={paths.home()}>Watch the runs</Link>}>
            You can watch every run of the lab and take its model home.
          </Empty>
        </main>
      ) : failed ? (
        <main id="main" className="mid">
          <Empty level={1} title="The settings did not come" action={<Button kind="primary" onClick={() => void Promise.all([settings.refetch(), levels.refetch()])}>Try again</Button>}>
            {failed.message}
          </Empty>
        </main>
      ) : settings.data && levels.data && (runs.data || runs.isError) ? (
        <Bench settings={settingsOf(settings.data.schema)} nameLength={settings.data.limits.name_length} presets={settings.data.presets} levels={levels.data} runs={runs.data ?? []} />
      ) : (
        <Ghost />
      )}
    </>
  );
}

function Trainers() {
  const { data } = useQuery(workersQuery);
  if (!data) return null;
  return (
    <span className={`chip lg hide-s${data.total === 0 ? " warn" : ""}`}>
      <Icon name="hard-drives" />
      {data.total === 0 ? "No trainer is running" : `${data.free} of ${data.total} ${data.total === 1 ? "trainer" : "trainers"} free`}
    </span>
  );
}

interface BenchProps {
  settings: readonly Setting[];
  nameLength: number;
  presets: readonly Preset[];
  levels: readonly LevelSummary[];
  runs: readonly Run[];
}

function Bench({ settings, nameLength, presets, levels, runs }: BenchProps) {
  const [query] = useSearchParams();
  const past = runs.find((run) => run.id === query.get("from"));
  const initial: Config = past ? ownSettings(settings, past) : ofPreset(presets[0]);
  const [name, setName] = useState(() => randomName(new Set(runs.map((run) => run.name))));
  const [nameError, setNameError] = useState<string>();
  const [trouble, setTrouble] = useState<string>();
  const [levelName, setLevelName] = useState(String(initial["level"] ?? settings.find((setting) => setting.name === "level")?.default ?? ""));
  const level = useQuery(levelQuery(levelName)).data;
  const form = useForm(settings, initial, level);
  const config = { ...form.config, level: levelName };
  const sent = differences(settings, config, form.network);
  const nameField = useRef<HTMLInputElement>(null);
  const cache = useQueryClient();
  const navigate = useNavigate();

  const choose = (next: string) => {
    setLevelName(next);
    form.set("level", next);
  };
  const start = (from: Config) => {
    form.start(from);
    if (typeof from["level"] === "string") setLevelName(from["level"]);
  };

  const launch = useMutation({
    mutationFn: () => unwrap(client.POST("/api/v1/runs", { body: { name: name.trim(), config: sent } })),
    onSuccess: (run) => {
      cache.setQueryData([...runsQuery.queryKey, run.id], run);
      void cache.invalidateQueries({ queryKey: runsQuery.queryKey, exact: true });
      void navigate(paths.watch(run.id));
    },
    onError: (error) => {
      const fields = error instanceof ApiError ? error.fields.map(({ field, message }) => [field.replace(/^(body\.)?(payload\.)?(config\.)?/, ""), message] as const) : [];
      const known = new Set(settings.map((setting) => setting.name));
      setNameError(fields.find(([field]) => field === "name")?.[1]);
      form.refuse(Object.fromEntries(fields.filter(([field]) => known.has(field))));
      const others = fields.filter(([field]) => field !== "name" && !known.has(field)).map(([field, message]) => `${field}: ${message}`);
      setTrouble(fields.length === 0 ? error.message : others.length ? others.join(". ") : undefined);
      focusFirst(fields.map(([field]) => field));
    },
  });
  const wrong = Object.keys(form.errors);
  const go = () => {
    if (launch.isPending) return;
    if (wrong.length > 0) return focusFirst(wrong);
    setTrouble(undefined);
    setNameError(undefined);
    launch.mutate();
  };
  useLaunchKey(go);

  return (
    <main className="launch" id="main" tabIndex={-1}>
      <div>
        <div className="hd">
          <h1>Launch run</h1>
          <LevelRow levels={levels} value={levelName} onChange={choose} />
          <span className="grow" />
          <StartFrom presets={presets} runs={runs} settings={settings} form={form} start={start} />
        </div>
        <p className={form.errors["level"] ? "error about" : "about"}>{form.errors["level"] ?? about(level, levels, levelName)}</p>
        {level ? <Cards level={level} form={form} /> : <Skeleton height={704} radius={14} />}
      </div>
      <Summary
        name={name}
        onName={(next) => {
          setName(next);
          setNameError(undefined);
        }}
        nameField={nameField}
        nameLength={nameLength}
        nameError={nameError}
        another={() => setName(randomName(new Set(runs.map((run) => run.name))))}
        level={level}
        form={form}
        sent={{ level: levelName, ...sent }}
        runs={runs}
        trouble={trouble}
        wrong={wrong.length}
        busy={launch.isPending}
        launch={go}
      />
    </main>
  );
}

function Cards({ level, form }: { level: Level; form: Form }) {
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
        below={<Seed form={form} />}
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

interface LevelRowProps {
  levels: readonly LevelSummary[];
  value: string;
  onChange: (name: string) => void;
}

function LevelRow({ levels, value, onChange }: LevelRowProps) {
  const at = levels.findIndex((level) => level.name === value);
  const group = useRef<HTMLDivElement>(null);
  return (
    <div className="levels" data-scroll ref={group} role="radiogroup" aria-label="Level" id="row-level">
      {levels.map((level, i) => (
        <button
          key={level.name}
          type="button"
          role="radio"
          className="btn sm"
          title={level.summary}
          aria-checked={level.name === value}
          tabIndex={i === Math.max(0, at) ? 0 : -1}
          onClick={() => onChange(level.name)}
          onKeyDown={(event) => {
            const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
            const next = by && levels[(i + by + levels.length) % levels.length];
            if (!next) return;
            event.preventDefault();
            onChange(next.name);
            (group.current?.children[levels.indexOf(next)] as HTMLElement | undefined)?.focus();
          }}
        >
          {level.title}
        </button>
      ))}
    </div>
  );
}

/** The level in its own words, and what it means for a life. */
function about(level: Level | undefined, levels: readonly LevelSummary[], name: string): string {
  const summary = level?.summary ?? levels.find((other) => other.name === name)?.summary ?? "";
  if (!level) return summary;
  return `${summary} A life ends at step ${format.count(level.lifespan)} at the latest.`;
}

interface StartProps {
  presets: readonly Preset[];
  runs: readonly Run[];
  settings: readonly Setting[];
  form: Form;
  start: (from: Config) => void;
}

/** Recipes and past runs to begin with. Choosing one sets everything but the seed and the name. */
function StartFrom({ presets, runs, settings, form, start }: StartProps) {
  const [query] = useSearchParams();
  const [from, setFrom] = useState(query.get("from") ?? presets[0]?.name ?? "");
  return (
    <label className="rec">
      <span>Start from</span>
      <select
        className="btn sm select"
        value={from}
        onChange={(event) => {
          setFrom(event.target.value);
          const preset = presets.find((other) => other.name === event.target.value);
          const run = runs.find((other) => other.id === event.target.value);
          if (preset) start(ofPreset(preset));
          if (run) start({ ...ownSettings(settings, run), seed: form.config["seed"] ?? 0 });
        }}
      >
        <optgroup label="Recipes">
          {presets.map((preset) => (
            <option key={preset.name} value={preset.name} title={preset.summary}>
              {preset.title}
            </option>
          ))}
        </optgroup>
        {runs.length > 0 && (
          <optgroup label="Past runs">
            {runs.map((run) => (
              <option key={run.id} value={run.id}>
                {run.name}
              </option>
            ))}
          </optgroup>
        )}
      </select>
    </label>
  );
}

const ofPreset = (preset: Preset | undefined): Config => (preset?.config ?? {}) as Config;

/** The settings a past run had, as far as this version knows them. */
function ownSettings(settings: readonly Setting[], run: Run): Config {
  return Object.fromEntries(settings.filter(({ name }) => name in run.config).map(({ name }) => [name, run.config[name] as Config[string]]));
}

function useLaunchKey(go: () => void) {
  const latest = useRef(go);
  useEffect(() => {
    latest.current = go;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) latest.current();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

/** Brings the first refused field to the eye and the keys. */
function focusFirst(names: readonly string[]) {
  // After the next paint: a card may have to open first.
  requestAnimationFrame(() => {
    for (const name of names) {
      const row = document.getElementById(name === "name" ? "run-name" : `row-${name}`);
      const field = row?.matches("input") ? row : row?.querySelector<HTMLElement>("input:not([type=range]), button, [tabindex]");
      if (!field) continue;
      field.scrollIntoView?.({ block: "center" });
      field.focus({ preventScroll: true });
      return;
    }
  });
}

function Ghost() {
  return (
    <Waiting>
      <div className="launch">
        <div>
          <div className="hd">
            <Skeleton height={30} width={180} />
          </div>
          <p className="about">
            <Skeleton height={16} width={420} />
          </p>
          <div className="flow">
            {[1, 2, 3, 4, 5, 6].map((n) => (
              <Skeleton key={n} height={340} radius={14} />
            ))}
          </div>
        </div>
        <div className="side">
          <Skeleton height={300} radius={14} />
          <Skeleton height={46} />
        </div>
      </div>
    </Waiting>
  );
}
