import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { ComponentProps, FormEvent, ReactNode } from "react";
import { Link, Navigate, useParams } from "react-router";
import { ApiError, client, meQuery, setCsrf, unwrap } from "@/api";
import type { Me } from "@/api";
import { paths } from "@/paths";
import { Button, Field, LanguagePicker, Logo, Pawn, PAWN_COLORS, pawnColor, Segmented, Strip, ThemeButton } from "@/ui";
import { rich, tr } from "@/words";
import "./join.css";

type Kind = "code" | "card";
const WAYS = [
  { value: "code", label: tr("Class code") },
  { value: "card", label: tr("Log-in card") },
] as const;

/** Joining a class: a code, a nickname and a pawn's colour, or the card that the instructor handed out. */
export function Join() {
  const { code = "" } = useParams();
  const me = useQuery(meQuery);
  const [way, setWay] = useState<Kind>("code");
  // Whoever came by an address with a code wants to join that class, signed in or not; the rest go on.
  if (me.data?.user && !code) return <Navigate to={paths.home()} replace />;
  return (
    <main className="join" id="main">
      <title>{`${tr("Join your class")} · Hamlet`}</title>
      <div className="corner">
        <LanguagePicker />
        <ThemeButton />
      </div>
      <div className="card">
        <span className="brand">
          <Logo />
          Hamlet
        </span>
        <h1>{tr("Join your class")}</h1>
        <Segmented label={tr("How you join")} options={WAYS} value={way} onChange={setWay} full />
        {way === "code" ? <ByCode code={code} /> : <ByCard />}
        <p className="hint">
          {rich("Teaching? <link>Sign in</link> with your name and password.", { link: (inside) => <Link to={paths.login()}>{inside}</Link> })}
        </p>
      </div>
    </main>
  );
}

interface WayProps {
  entrance: ReturnType<typeof useEntrance>;
  action: string;
  /** the button's word while the server is asked */
  doing: string;
  children: ReactNode;
}

/** A form that lets one in. */
function Way({ entrance: { enter, error }, action, doing, children }: WayProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!enter.isPending) enter.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      {error && error.fields.length === 0 && <Strip kind="bad">{error.message}</Strip>}
      {children}
      <Button kind="primary" size="lg" wide type="submit" disabled={enter.isPending}>
        {enter.isPending ? doing : action}
      </Button>
    </form>
  );
}

/** For a code that was read aloud. */
const CodeField = (props: ComponentProps<typeof Field>) => <Field className="input aloud" autoComplete="off" autoCapitalize="characters" spellCheck={false} {...props} />;

function ByCode({ code }: { code: string }) {
  const [typed, setTyped] = useState(code);
  const [nickname, setNickname] = useState("");
  const [pawn, setPawn] = useState<number>(() => PAWN_COLORS[Math.floor(Math.random() * PAWN_COLORS.length)]!);
  const first = useRef<HTMLInputElement>(null);
  const name = useRef<HTMLInputElement>(null);
  useEffect(() => (code ? name : first).current?.focus(), [code]);
  const entrance = useEntrance(() => unwrap(client.POST("/api/v1/auth/join", { body: { code: typed, nickname, pawn } })));
  if (entrance.enter.isSuccess) return <Navigate to={paths.home()} replace />;
  return (
    <Way entrance={entrance} action={tr("Join")} doing={tr("Joining")}>
      <CodeField
        ref={first}
        label={tr("Class code")}
        name="code"
        placeholder="KITE-4271"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        error={entrance.error?.field("code")}
      />
      <Field
        ref={name}
        label={tr("Nickname")}
        name="nickname"
        autoComplete="off"
        maxLength={24}
        hint={tr("Your class sees it. No e-mail, no password.")}
        value={nickname}
        onChange={(event) => setNickname(event.target.value)}
        error={entrance.error?.field("nickname")}
      />
      <PawnPicker value={pawn} onChange={setPawn} />
    </Way>
  );
}

function PawnPicker({ value, onChange }: { value: number; onChange: (pawn: number) => void }) {
  return (
    <fieldset className="pawns">
      <legend>{tr("Your pawn")}</legend>
      <Pawn size={54} body={pawnColor(value)} ring={pawnColor(value)} />
      <div>
        {PAWN_COLORS.map((pawn) => (
          <input
            key={pawn}
            type="radio"
            name="pawn"
            aria-label={tr("Colour {pawn}", { pawn })}
            style={{ background: pawnColor(pawn) }}
            checked={pawn === value}
            onChange={() => onChange(pawn)}
          />
        ))}
      </div>
    </fieldset>
  );
}

function ByCard() {
  const [code, setCode] = useState("");
  const [words, setWords] = useState("");
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const entrance = useEntrance(() => unwrap(client.POST("/api/v1/auth/card", { body: { code, words } })));
  if (entrance.enter.isSuccess) return <Navigate to={paths.home()} replace />;
  return (
    <Way entrance={entrance} action={tr("Come in")} doing={tr("Coming in")}>
      <CodeField
        ref={first}
        label={tr("Code")}
        name="card"
        placeholder="OTTER-3187"
        value={code}
        onChange={(event) => setCode(event.target.value)}
        error={entrance.error?.field("code")}
      />
      <Field
        label={tr("Secret words")}
        name="words"
        placeholder="amber river stone"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        hint={tr("All three, as they stand on your card.")}
        value={words}
        onChange={(event) => setWords(event.target.value)}
        error={entrance.error?.field("words")}
      />
    </Way>
  );
}

/** A way in: whoever comes through it is who the pages show from then on. */
export function useEntrance(ask: () => Promise<Me>) {
  const cache = useQueryClient();
  const enter = useMutation({
    mutationFn: ask,
    onSuccess: (who) => {
      // What someone else saw in this browser before is not theirs.
      cache.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== meQuery.queryKey[0] });
      setCsrf(who.csrf);
      cache.setQueryData(meQuery.queryKey, who);
    },
  });
  const error = enter.error instanceof ApiError ? enter.error : null;
  return { enter, error };
}
