import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { FormEvent } from "react";
import { Link, Navigate, useSearchParams } from "react-router";
import { ApiError, client, meQuery, setCsrf, unwrap } from "@/api";
import { paths } from "@/paths";
import { Button, Field, LanguagePicker, Logo, Strip, ThemeButton } from "@/ui";
import { rich, tr } from "@/words";
import "./signin.css";

/** Only a path of this very site: a link from outside must not lead a fresh session elsewhere. */
export function safeNext(next: string | null): string {
  if (!next?.startsWith("/") || next.startsWith("//") || next.includes("\\")) return "/";
  return next;
}

export function SignIn() {
  const next = safeNext(useSearchParams()[0].get("next"));
  const me = useQuery(meQuery);
  const cache = useQueryClient();
  const name = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const login = useMutation({
    mutationFn: (body: { username: string; password: string }) => unwrap(client.POST("/api/v1/auth/login", { body })),
    onSuccess: (who) => {
      setCsrf(who.csrf);
      cache.setQueryData(meQuery.queryKey, who);
    },
  });
  useEffect(() => name.current?.focus(), []);
  useEffect(() => {
    if (login.error) password.current?.select();
  }, [login.error]);
  if (me.data?.user) return <Navigate to={next} replace />;

  const error = login.error instanceof ApiError ? login.error : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (login.isPending) return;
    login.mutate({ username: name.current?.value ?? "", password: password.current?.value ?? "" });
  };
  return (
    <main className="signin" id="main">
      <title>{`${tr("Sign in")} · Hamlet`}</title>
      <div className="corner">
        <LanguagePicker />
        <ThemeButton />
      </div>
      <form className="card" onSubmit={submit} noValidate>
        <span className="brand">
          <Logo />
          Hamlet
        </span>
        <h1>{tr("Sign in")}</h1>
        <p className="m2">{tr("Watch one small life learn to live in a town.")}</p>
        {error && (error.fields.length === 0 || error.status >= 500) && <Strip kind="bad">{error.message}</Strip>}
        <Field ref={name} label={tr("Name")} name="username" autoComplete="username" autoCapitalize="none" spellCheck={false} required error={error?.field("username")} />
        <Field ref={password} label={tr("Password")} name="password" type="password" autoComplete="current-password" required error={error?.field("password")} />
        <Button kind="primary" size="lg" wide type="submit" disabled={login.isPending}>
          {login.isPending ? tr("Signing in") : tr("Sign in")}
        </Button>
        <p className="hint">
          {rich("Studying? <link>Join your class</link> with its code or your card.", { link: (inside) => <Link to={paths.join()}>{inside}</Link> })}
        </p>
      </form>
    </main>
  );
}
