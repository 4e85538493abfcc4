import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { FormEvent } from "react";
import { ApiError, client, unwrap, webhooksQuery } from "@/api";
import type { Webhook, WebhookMade } from "@/api";
import { Button, Copy, Empty, Field, format, Strip, Switch, toast } from "@/ui";
import { heard, rich, tr } from "@/words";

/** Addresses at which programs of one's own are told of runs, and how the last news to each went. */
export function Webhooks() {
  const hooks = useQuery(webhooksQuery);
  const [made, setMade] = useState<WebhookMade>();
  const shown = made && hooks.data?.some((hook) => hook.id === made.id) ? made : undefined;
  return (
    <section aria-labelledby="webhooks" className="webhooks">
      <h2 id="webhooks">{tr("Webhooks")}</h2>
      <p className="m2">{tr("A program of yours is told when a run has finished, has failed, or has reached a goal. Each piece of news is signed with the webhook's secret.")}</p>
      {shown && (
        <div className="callout info">
          <span>{rich("Copy the secret now, it is shown this once: {secret}", { secret: <b className="mono">{shown.secret}</b> })}</span>
          <Copy text={shown.secret} label={tr("Copy the secret")} />
        </div>
      )}
      {hooks.isError && <Strip kind="bad" action={<Button size="sm" onClick={() => void hooks.refetch()}>{tr("Try again")}</Button>}>{hooks.error.message}</Strip>}
      <div className="tokens-halves">
        <section className="card" aria-label={tr("Your webhooks")}>
          {hooks.data?.length === 0 && <Empty title={tr("No webhook yet")}>{tr("Name an address, and news of your runs is sent there.")}</Empty>}
          {hooks.data && hooks.data.length > 0 && (
            <ul>
              {hooks.data.map((hook) => (
                <Row key={hook.id} hook={hook} />
              ))}
            </ul>
          )}
        </section>
        <NewWebhook then={setMade} />
      </div>
    </section>
  );
}

const named: Record<Webhook["events"][number], () => string> = {
  finished: () => tr("finished"),
  failed: () => tr("failed"),
  goal: () => tr("goal"),
};

function Row({ hook }: { hook: Webhook }) {
  const cache = useQueryClient();
  const refresh = () => void cache.invalidateQueries({ queryKey: webhooksQuery.queryKey });
  const remove = useMutation({
    mutationFn: () => unwrap(client.DELETE("/api/v1/webhooks/{id}", { params: { path: { id: hook.id } } })),
    onError: (error) => toast(error.message),
    onSettled: refresh,
  });
  const ping = useMutation({
    mutationFn: () => unwrap(client.POST("/api/v1/webhooks/{id}/ping", { params: { path: { id: hook.id } } })),
    onError: (error) => toast(error.message),
    onSettled: refresh,
  });
  const what = [
    hook.events.map((event) => named[event]()).join(", "),
    ...(hook.goal === null ? [] : [tr("{n} steps in an exam", { n: hook.goal })]),
    hook.own ? tr("your runs") : tr("all runs you see"),
  ];
  return (
    <li>
      <span>
        <b>{hook.url}</b>
        <small>{what.join(" · ")}</small>
        <small>{hook.last ? went(hook.last) : tr("nothing sent yet")}</small>
      </span>
      <Button size="sm" disabled={ping.isPending} aria-label={tr("Try {url}", { url: hook.url })} onClick={() => ping.mutate()}>
        {tr("Try")}
      </Button>
      <Button size="sm" kind="ghost" icon="trash" disabled={remove.isPending} aria-label={tr("Remove {url}", { url: hook.url })} onClick={() => remove.mutate()} />
    </li>
  );
}

function went({ state, message, created_at, tries }: NonNullable<Webhook["last"]>): string {
  const when = format.ago(created_at);
  if (state === "delivered") return tr("delivered, {when}", { when });
  if (state === "failed") return tr("not delivered, {when}: {why}", { when, why: heard(message) });
  return tries === 0 ? tr("on its way") : tr("will be tried again: {why}", { why: message });
}

function NewWebhook({ then }: { then: (made: WebhookMade) => void }) {
  const [url, setUrl] = useState("");
  const [events, setEvents] = useState<ReadonlySet<Webhook["events"][number]>>(new Set(["finished", "failed"]));
  const [goal, setGoal] = useState("");
  const [all, setAll] = useState(false);
  const cache = useQueryClient();
  const make = useMutation({
    mutationFn: () => unwrap(client.POST("/api/v1/webhooks", { body: { url, events: [...events], goal: events.has("goal") ? Number(goal) : null, own: !all } })),
    onSuccess: (made) => {
      then(made);
      setUrl("");
    },
    onSettled: () => cache.invalidateQueries({ queryKey: webhooksQuery.queryKey }),
  });
  const error = make.error instanceof ApiError ? make.error : null;
  const choose = (event: Webhook["events"][number]) => (on: boolean) => {
    const next = new Set(events);
    if (on) next.add(event);
    else next.delete(event);
    setEvents(next);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!make.isPending) make.mutate();
  };
  return (
    <form className="card" onSubmit={submit} noValidate>
      <h3 className="h2">{tr("New webhook")}</h3>
      {error && !error.field("url") && !error.field("goal") && <Strip kind="bad">{error.message}</Strip>}
      <Field label={tr("Address")} type="url" autoComplete="off" value={url} onChange={(event) => setUrl(event.target.value)} error={error?.field("url")} />
      <div className="webhook-events">
        <Switch label={tr("A run has finished")} checked={events.has("finished")} onChange={choose("finished")} />
        <Switch label={tr("A run has failed")} checked={events.has("failed")} onChange={choose("failed")} />
        <Switch label={tr("A goal is reached")} checked={events.has("goal")} onChange={choose("goal")} />
        {events.has("goal") && (
          <Field label={tr("Steps that an exam must reach in the mean")} inputMode="decimal" value={goal} onChange={(event) => setGoal(event.target.value)} error={error?.field("goal")} />
        )}
        <Switch label={tr("Also of runs that others launched")} checked={all} onChange={setAll} />
      </div>
      <Button kind="primary" icon="plus" iconWeight="bold" type="submit" disabled={make.isPending}>
        {tr("Make webhook")}
      </Button>
    </form>
  );
}
