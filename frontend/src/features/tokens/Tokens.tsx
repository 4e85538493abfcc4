import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { FormEvent } from "react";
import { ApiError, client, meQuery, tokensQuery, unwrap } from "@/api";
import type { Token, TokenMade } from "@/api";
import { LabBar } from "@/chrome";
import { Button, Copy, Dialog, Empty, Field, format, Segmented, Skeleton, Strip, toast, Waiting } from "@/ui";
import "./tokens.css";

const SCOPES = [
  { value: "read", label: "Read" },
  { value: "steer", label: "Read and steer" },
] as const;
const SPANS = [
  { value: "7", label: "1 week" },
  { value: "90", label: "90 days" },
  { value: "366", label: "1 year" },
] as const;
const MEANS: Record<Token["scope"], string> = {
  read: "Sees the runs, curves and models that you see, and changes nothing.",
  steer: "Also launches, stops and changes runs, exports and uploads models and leaves notes, as far as you may.",
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
      <title>API tokens · Hamlet</title>
      <LabBar page="tokens" />
      <main className="tokens" id="main" tabIndex={-1}>
        <h1>API tokens</h1>
        <p className="m2">
          A token lets a program of yours do what you may do here: <code>hamlet runs ls</code>, the Python client, or anything that sends{" "}
          <code>Authorization: Bearer</code>. Whoever has it is you: give it to nobody, revoke it when it is lost.
        </p>
        {guest ? (
          <Empty title="Guests have no tokens">Join a class, or ask your instructor for an account.</Empty>
        ) : (
          <>
            {shown && (
              <div className="callout info">
                <span>
                  Copy it now, it is shown this once: <b className="mono">{shown.token}</b>
                </span>
                <Copy text={shown.token} label="Copy the token" />
              </div>
            )}
            {tokens.isError && <Strip kind="bad" action={<Button size="sm" onClick={() => void tokens.refetch()}>Try again</Button>}>{tokens.error.message}</Strip>}
            <div className="tokens-halves">
              <section className="card" aria-label="Your tokens">
                {tokens.data?.length === 0 && <Empty title="No token yet">Make one for each program, so that each can be revoked alone.</Empty>}
                {tokens.data && tokens.data.length > 0 && <List tokens={tokens.data} />}
                {tokens.isPending && (
                  <Waiting>
                    <Skeleton height={64} radius={14} />
                  </Waiting>
                )}
              </section>
              <NewToken then={setMade} />
            </div>
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
                {token.scope === "steer" ? "reads and steers" : "reads"} · until {format.moment(token.expires_at)} ·{" "}
                {token.last_used_at ? `last used ${format.ago(token.last_used_at)}` : "not used yet"}
              </small>
            </span>
            <Button size="sm" aria-label={`Revoke ${token.name}`} onClick={() => setLeaving(token)}>
              Revoke
            </Button>
          </li>
        ))}
      </ul>
      <Dialog
        open={leaving !== undefined}
        title={`Revoke ${leaving?.name ?? ""}?`}
        onClose={close}
        actions={
          <>
            <Button onClick={close}>Keep it</Button>
            <Button
              kind="primary"
              onClick={() => {
                if (leaving) revoke.mutate(leaving.id);
                close();
              }}
            >
              Revoke
            </Button>
          </>
        }
      >
        Programs that use it are refused from now on.
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
      <h2 className="h2">New token</h2>
      {error && error.fields.length === 0 && <Strip kind="bad">{error.message}</Strip>}
      <Field label="What it is for" name="token" maxLength={60} placeholder="my notebook" autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} error={error?.field("name")} />
      <Segmented label="What it may do" options={SCOPES} value={scope} onChange={setScope} />
      <p className="m2">{MEANS[scope]}</p>
      <Segmented label="How long it works" options={SPANS} value={days} onChange={setDays} />
      <Button kind="primary" icon="plus" iconWeight="bold" type="submit" disabled={make.isPending}>
        Make token
      </Button>
    </form>
  );
}
