import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { ApiError, client, fairUseQuery, levelQuery, levelsQuery, meQuery, runsQuery, settingsQuery, unwrap, workersQuery } from "@/api";
import type { LevelSummary, Preset, Run } from "@/api";
import { LabBar } from "@/chrome";
import { paths } from "@/paths";
import { Button, Empty, Icon, Skeleton, Waiting } from "@/ui";
import { tr } from "@/words";
import { Cards } from "./Cards";
import { about, LevelRow, ofPreset, ownSettings, StartFrom } from "./Choices";
import { useForm } from "./form";
import { randomName } from "./names";
import { differences, settingsOf } from "./settings";
import type { Config, Setting } from "./settings";
import { Summary } from "./Summary";
import "./launch.css";

export function Launch() {
  const launches = useQuery(meQuery).data?.launches === true;
  const settings = useQuery(settingsQuery);
  const levels = useQuery(levelsQuery);
  const runs = useQuery(runsQuery);
  const failed = settings.error ?? levels.error;
  return (
    <>
      <title>{`${tr("Launch run")} · Hamlet`}</title>
      <LabBar page="launch" launch={launches}>
        {launches && <Trainers />}
      </LabBar>
      {!launches ? (
        <main id="main" className="mid">
          <Empty level={1} title={tr("Guests launch no runs")} action={<Link className="btn primary" to={paths.home()}>{tr("Watch the runs")}</Link>}>
            {tr("You can watch the runs of the class and take their models home. Who joins it with its code may launch runs.")}
          </Empty>
        </main>
      ) : failed ? (
        <main id="main" className="mid">
          <Empty level={1} title={tr("The settings did not come")} action={<Button kind="primary" onClick={() => void Promise.all([settings.refetch(), levels.refetch()])}>{tr("Try again")}</Button>}>
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
      {data.total === 0 ? tr("No trainer is running") : tr("{free} of {n} trainer free|{free} of {n} trainers free", { free: data.free, n: data.total })}
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
  const recipe = presets.find(({ name }) => name === query.get("from")) ?? presets[0];
  const initial: Config = past ? { ...ownSettings(settings, past), seed: (past.seed + 1) % 2 ** 31 } : ofPreset(recipe);
  const [name, setName] = useState(() => randomName(new Set(runs.map((run) => run.name))));
  const [nameError, setNameError] = useState<string>();
  const [pace, setPace] = useState<number | null>(null);
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
    mutationFn: () => unwrap(client.POST("/api/v1/runs", { body: { name: name.trim(), config: sent, ...(pace === null ? {} : { pace }) } })),
    onSuccess: (run) => {
      cache.setQueryData([...runsQuery.queryKey, run.id], run);
      void cache.invalidateQueries({ queryKey: runsQuery.queryKey, exact: true });
      void cache.invalidateQueries({ queryKey: fairUseQuery.queryKey });
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
  const fair = useQuery(fairUseQuery).data;
  const go = () => {
    if (launch.isPending || fair?.launches === false) return;
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
          <h1>{tr("Launch run")}</h1>
          <LevelRow levels={levels} value={levelName} onChange={choose} />
          <span className="grow" />
          <StartFrom presets={presets} runs={runs} settings={settings} form={form} start={start} />
        </div>
        <p className={form.errors["level"] ? "error about" : "about"}>{form.errors["level"] ?? about(level, levels, levelName)}{!form.errors["level"] && <> <Link to={paths.guide(levelName)}>{tr("Field guide")}</Link></>}</p>
        {level ? <Cards level={level} form={form} pace={pace} onPace={setPace} /> : <Skeleton height={704} radius={14} />}
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
        fair={fair}
        trouble={trouble}
        wrong={wrong.length}
        busy={launch.isPending}
        launch={go}
      />
    </main>
  );
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
