import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { FormEvent } from "react";
import { ApiError, client, meQuery, tokensQuery, unwrap } from "@/api";
import type { Token, TokenMade } from "@/api";
import { LabBar } from "@/chrome";
import { Button, Copy, Dialog, Empty, Field, format, Segmented, Skeleton, Strip, toast, Waiting } from "@/ui";
import { rich, tr } from "@/words";
import { Webhooks } from "./Webhooks";
import "./tokens.css";

const SCOPES = [
  { value: "read", label: tr("Read") },
  { value: "steer", label: tr("Read and steer") },
] as const;
const SPANS = [
  { value: "7", label: tr("1 week") },
  { value: "90", label: tr("90 days") },
  { value: "366", label: tr("1 year") },
] as const;
const MEANS: Record<Token["scope"], string> = {
  read: tr("Sees the runs, curves and models that you see, and changes nothing."),
  steer: tr("Also launches, stops and changes runs, exports and uploads models and leaves notes, as far as you may."),
};

/** One's own tokens: a program that shows one is its person. */
export function Tokens() {
  const me = useQuery(meQuery).data;
  const guest = me?.user?.role === "guest";
  const tokens = useQuery({ ...tokensQuery, enabled: me !== undefined && !guest });
  const [made, setMade] = useState<TokenMade>();
  const shown = made && tokens.data?.some((token) => token.id === made.id) ? made : undefined;
  return (
    <>
      <title>{`${tr("API tokens")} · Hamlet`}</title>
      <LabBar page="tokens" />
      <main className="tokens" id="main" tabIndex={-1}>
        <h1>{tr("API tokens")}</h1>
        <p className="m2">
          {rich("A token lets a program of yours do what you may do here: <code>hamlet runs ls</code>, the Python client, or anything that sends <code>Authorization: Bearer</code>. Whoever has it is you: give it to nobody, revoke it when it is lost.", {})}
        </p>
        {guest ? (
          <Empty title={tr("Guests have no tokens")}>{tr("Join a class, or ask your instructor for an account.")}</Empty>
        ) : (
          <>
            {shown && (
              <div className="callout info">
                <span>
                  {rich("Copy it now, it is shown this once: {token}", { token: <b className="mono">{shown.token}</b> })}
                </span>
                <Copy text={shown.token} label={tr("Copy the token")} />
              </div>
            )}
            {tokens.isError && <Strip kind="bad" action={<Button size="sm" onClick={() => void tokens.refetch()}>{tr("Try again")}</Button>}>{tokens.error.message}</Strip>}
            <div className="tokens-halves">
              <section className="card" aria-label={tr("Your tokens")}>
                {tokens.data?.length === 0 && <Empty title={tr("No token yet")}>{tr("Make one for each program, so that each can be revoked alone.")}</Empty>}
                {tokens.data && tokens.data.length > 0 && <List tokens={tokens.data} />}
                {tokens.isPending && (
                  <Waiting>
                    <Skeleton height={64} radius={14} />
                  </Waiting>
                )}
              </section>
              <NewToken then={setMade} />
            </div>
            {me?.crew && <Webhooks />}
          </>
        )}
      </main>
    </>
  );
}

function List({ tokens }: { tokens: readonly Token[] }) {
  const cache = useQueryClient();
  const [leaving, setLeaving] = useState<Token>();
  const revoke = useMutation({
    mutationFn: (id: string) => unwrap(client.DELETE("/api/v1/tokens/{id}", { params: { path: { id } } })),
    onError: (error) => toast(error.message),
    onSettled: () => cache.invalidateQueries({ queryKey: tokensQuery.queryKey }),
  });
  const close = () => setLeaving(undefined);
  return (
    <>
      <ul>
        {tokens.map((token) => (
          <li key={token.id}>
            <span>
              <b>{token.name}</b>
              <small>
                {[token.scope === "steer" ? tr("reads and steers") : tr("reads"), tr("until {moment}", { moment: format.moment(token.expires_at) }), token.last_used_at ? tr("last used {ago}", { ago: format.ago(token.last_used_at) }) : tr("not used yet")].join(" · ")}
              </small>
            </span>
            <Button size="sm" aria-label={tr("Revoke {name}", { name: token.name })} onClick={() => setLeaving(token)}>
              {tr("Revoke")}
            </Button>
          </li>
        ))}
      </ul>
      <Dialog
        open={leaving !== undefined}
        title={tr("Revoke {name}?", { name: leaving?.name ?? "" })}
        onClose={close}
        actions={
          <>
            <Button onClick={close}>{tr("Keep it")}</Button>
            <Button
              kind="primary"
              onClick={() => {
                if (leaving) revoke.mutate(leaving.id);
                close();
              }}
            >
              {tr("Revoke")}
            </Button>
          </>
        }
      >
        {tr("Programs that use it are refused from now on.")}
      </Dialog>
    </>
  );
}

function NewToken({ then }: { then: (made: TokenMade) => void }) {
  const [name, setName] = useState("");
  const [scope, setScope] = useState<Token["scope"]>("read");
  const [days, setDays] = useState<(typeof SPANS)[number]["value"]>("90");
  const cache = useQueryClient();
  const make = useMutation({
    mutationFn: () => unwrap(client.POST("/api/v1/tokens", { body: { name, scope, days: Number(days) } })),
    onSuccess: (made) => {
      then(made);
      setName("");
    },
    onSettled: () => cache.invalidateQueries({ queryKey: tokensQuery.queryKey }),
  });
  const error = make.error instanceof ApiError ? make.error : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!make.isPending) make.mutate();
  };
  return (
    <form className="card" onSubmit={submit} noValidate>
      <h2 className="h2">{tr("New token")}</h2>
      {error && error.fields.length === 0 && <Strip kind="bad">{error.message}</Strip>}
      <Field label={tr("What it is for")} name="token" maxLength={60} placeholder={tr("my notebook")} autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} error={error?.field("name")} />
      <Segmented label={tr("What it may do")} options={SCOPES} value={scope} onChange={setScope} />
      <p className="m2">{MEANS[scope]}</p>
      <Segmented label={tr("How long it works")} options={SPANS} value={days} onChange={setDays} />
      <Button kind="primary" icon="plus" iconWeight="bold" type="submit" disabled={make.isPending}>
        {tr("Make token")}
      </Button>
    </form>
  );
}
