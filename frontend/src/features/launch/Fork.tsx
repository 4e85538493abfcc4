import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { ApiError, checkpointsQuery, client, levelQuery, meQuery, runQuery, runsQuery, settingsQuery, unwrap } from "@/api";
import type { Checkpoint, Level, Run } from "@/api";
import { LabBar } from "@/chrome";
import { paths } from "@/paths";
import { named, tr } from "@/words";
import { Button, Empty, ErrorText, Field, Skeleton, Strip, Waiting } from "@/ui";
import { useForm } from "./form";
import { SettingControl } from "./SettingControl";
import { applies, settingsOf, written } from "./settings";
import type { Config, Setting } from "./settings";
import "./launch.css";

const GROUPS = ["run", "brain", "exploration", "curriculum", "world"] as const;
const TITLES: Record<(typeof GROUPS)[number], () => string> = {
  run: () => tr("Run"),
  brain: () => tr("Brain"),
  exploration: () => tr("Exploration"),
  curriculum: () => tr("Curriculum"),
  world: () => tr("World"),
};

/** A run that goes on from a checkpoint of another, with something changed. */
export function Fork() {
  const { id = "" } = useParams();
  const [query] = useSearchParams();
  const launches = useQuery(meQuery).data?.launches === true;
  const run = useQuery(runQuery(id));
  const level = useQuery(levelQuery(run.data?.level ?? ""));
  const checkpoints = useQuery(checkpointsQuery(id));
  const settings = useQuery(settingsQuery);
  const checkpoint = checkpoints.data?.find((one) => one.id === query.get("checkpoint")) ?? (query.has("checkpoint") ? undefined : checkpoints.data?.[0]);
  const failed = run.error ?? level.error ?? checkpoints.error ?? settings.error;
  return (
    <>
      <title>{`${tr("Fork run")} · Hamlet`}</title>
      <LabBar page="launch" launch={launches} />
      {failed || !launches || (checkpoints.data && !checkpoint) ? (
        <main id="main" className="mid">
          <Empty level={1} title={failed ? tr("The run did not come") : launches ? tr("There is no such checkpoint") : tr("Guests launch no runs")} action={<Link className="btn primary" to={paths.home()}>{tr("Runs")}</Link>}>
            {failed ? failed.message : launches ? tr("It may have been dropped since, as only some of a run's checkpoints are kept.") : tr("You can watch the runs of the class and take their models home. Who joins it with its code may launch runs.")}
          </Empty>
        </main>
      ) : run.data && level.data && settings.data && checkpoint ? (
        <Bench key={checkpoint.id} run={run.data} level={level.data} checkpoint={checkpoint} all={settingsOf(settings.data.schema)} nameLength={settings.data.limits.name_length} />
      ) : (
        <Waiting>
          <div className="fork-page">
            <Skeleton height={420} radius={14} />
          </div>
        </Waiting>
      )}
    </>
  );
}

interface BenchProps {
  run: Run;
  level: Level;
  checkpoint: Checkpoint;
  all: readonly Setting[];
  nameLength: number;
}

function Bench({ run, level, checkpoint, all, nameLength }: BenchProps) {
  const before = run.config as Config;
  const [name, setName] = useState(`${run.name.slice(0, nameLength - 5)} fork`);
  // A checkpoint that has used the budget is offered as much again.
  const spent = Number(before["steps"]) <= checkpoint.steps;
  const form = useForm(all, spent ? { ...before, steps: 2 * checkpoint.steps } : before, level);
  const cache = useQueryClient();
  const navigate = useNavigate();
  // What the other run has behind it has no effect any more: its curriculum goes on at the stage of the checkpoint.
  const behind = (setting: Setting) => setting.name === "first_stage" && before["curriculum"] === "stages";
  const may = form.settings.filter((setting) => setting.fork && applies(setting, form.config, form.network) && !behind(setting));
  const changes = Object.fromEntries(may.filter(({ name: field }) => form.config[field] !== before[field]).map(({ name: field }) => [field, form.config[field] ?? null]));
  const steps = Number(form.config["steps"]);
  const used = steps <= checkpoint.steps ? tr("is not above {n}, which the checkpoint has taken already", { n: checkpoint.steps }) : undefined;
  const fork = useMutation({
    mutationFn: () => unwrap(client.POST("/api/v1/runs/{id}/fork", { params: { path: { id: run.id } }, body: { name: name.trim(), checkpoint: checkpoint.id, config: changes } })),
    onSuccess: (made) => {
      cache.setQueryData([...runsQuery.queryKey, made.id], made);
      void cache.invalidateQueries({ queryKey: runsQuery.queryKey, exact: true });
      void navigate(paths.watch(made.id));
    },
    onError: (error) => {
      const fields = error instanceof ApiError ? error.fields : [];
      form.refuse(Object.fromEntries(fields.map(({ field, message }) => [field.replace(/^config\./, ""), message])));
    },
  });
  const refused = fork.error instanceof ApiError ? fork.error : null;
  const shown = new Set(may.map((setting) => `config.${setting.name}`).concat("name"));
  const elsewhere = fork.error && !refused?.fields.some(({ field }) => shown.has(field)) ? fork.error.message : null;
  const wrong = Object.keys(form.errors).length > 0 || used !== undefined;
  const groups = GROUPS.map((group) => [group, may.filter((setting) => setting.group === group)] as const);
  return (
    <main className="fork-page" id="main" tabIndex={-1}>
      <h1>{tr("Fork {name}", { name: run.name })}</h1>
      <p className="m2">
        {tr("From its checkpoint at step {steps}, life {life}: weights, memory, lives and dice are taken over as they were. What is changed here holds from then on. Level, network, lanes and discount are part of what the checkpoint is and stay.", { steps: checkpoint.steps, life: checkpoint.episode })}
      </p>
      <div className="fork-groups">
        {groups.map(
          ([group, settings]) =>
            settings.length > 0 && (
              <section className="card" key={group} aria-label={TITLES[group]()}>
                <h2>{TITLES[group]()}</h2>
                {settings.map((setting) => (
                  <div key={setting.name} data-changed={setting.name in changes || undefined}>
                    <SettingControl setting={setting} form={form} fallback={levels(level)[setting.name]} />
                    {setting.name === "steps" && used && <ErrorText>{used}</ErrorText>}
                  </div>
                ))}
              </section>
            ),
        )}
      </div>
      <section className="card fork-do" aria-label={tr("Launch")}>
        <Field label={tr("Name")} value={name} maxLength={nameLength} error={refused?.field("name")} onChange={(event) => setName(event.target.value)} />
        <p className="hint">
          {Object.keys(changes).length === 0
            ? tr("Change at least one setting: without a change it would be the same run once more.")
            : Object.entries(changes).map(([field, value]) => `${named(all.find((setting) => setting.name === field)?.title ?? field)} ${shortly(before[field])} → ${shortly(value)}`).join(", ")}
        </p>
        {elsewhere && <Strip kind="bad">{elsewhere}</Strip>}
        <Button kind="primary" size="lg" icon="git-branch" disabled={fork.isPending || wrong || !name.trim() || Object.keys(changes).length === 0} onClick={() => fork.mutate()}>
          {tr("Fork at step {n}", { n: checkpoint.steps })}
        </Button>
      </section>
    </main>
  );
}

/** What an empty setting stands for, where the level says it. */
const levels = (level: Level): Record<string, number> => ({
  advance_at: level.curriculum.advance,
  retreat_under: level.curriculum.retreat,
  entropy_gate: level.curriculum.entropy_gate,
});

const shortly = (value: unknown): string => (typeof value === "number" ? written(value) : value === null ? tr("none") : String(value));
