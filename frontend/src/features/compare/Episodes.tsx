import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { levelQuery, runQuery } from "@/api";
import type { Level, Run } from "@/api";
import { createPlayer, offAir, playKeys, recordingQuery, recordingsQuery, scrub, useAddress } from "@/features/watch/parts";
import { Button, Empty, useKeys, useQueryPatch } from "@/ui";
import type { Life } from "@/wire";
import { tr } from "@/words";
import { meant, refOf, textOf } from "./address";
import type { Ref } from "./address";
import { Between } from "./Between";
import { partingOf } from "./fork";
import { Multiples } from "./Multiples";
import { Picker } from "./Picker";
import { Side } from "./Side";
import { Timelines } from "./Timelines";

/** One of the two lives, as far as it has come. */
export interface Half {
  letter: "A" | "B";
  ref: Ref | null;
  level: Level | null;
  life: Life | null;
  /** why there is none */
  problem: string | null;
  run: Run | undefined;
  /** a person lived it: its rows hold what the mind would have chosen */
  played?: boolean;
}

function useHalf(letter: "A" | "B", text: string | null): Half {
  const ref = refOf(text);
  const run = useQuery({ ...runQuery(ref?.run ?? ""), enabled: ref !== null });
  const level = useQuery(levelQuery(run.data?.level ?? ""));
  const recordings = useQuery({ ...recordingsQuery(ref?.run ?? ""), enabled: ref !== null, ...offAir(run.data) });
  const kept = ref && recordings.data ? meant(ref, recordings.data) : null;
  const life = useQuery({ ...recordingQuery(ref?.run ?? "", kept?.episode ?? 0), enabled: kept !== null });
  const error = run.error ?? level.error ?? recordings.error ?? life.error;
  const missing = recordings.data && !kept ? (recordings.data.length ? tr("Episode {number} was not kept. Choose one that was.", { number: String(ref?.episode) }) : tr("This run has kept no life yet.")) : null;
  return { letter, ref, level: (level.data as Level | undefined) ?? null, life: (kept && life.data) ?? null, problem: error?.message ?? missing, run: run.data };
}

/** Two recorded lives side by side, step for step, on one clock. */
export function Episodes() {
  const [query] = useSearchParams();
  const patch = useQueryPatch();
  const a = useHalf("A", query.get("a"));
  const b = useHalf("B", query.get("b"));
  const [player] = useState(createPlayer);
  useEffect(() => player.run(), [player]);
  const longer = !b.life || (a.life && a.life.length >= b.life.length) ? a.life : b.life;
  const both = a.life !== null && b.life !== null;
  const parting = useMemo(() => (a.life && b.life ? partingOf(a.life, b.life) : null), [a.life, b.life]);
  useAddress(player, longer, () => 0);

  const set = (changes: Record<string, string | null>) => patch(changes, {});
  const swap = () => set({ a: query.get("b"), b: query.get("a") });
  const toFork = () => (parting && "t" in parting ? player.act((w, now) => ({ ...scrub(w, parting.t, now), playing: false })) : false);
  useKeys({ ...playKeys(player), X: swap, ".": toFork });

  return (
    <main id="main" tabIndex={-1} className="cmp">
      <h1 className="sr">{tr("Compare two lives")}</h1>
      <div className="pickers">
        <Picker half={a} onChange={(ref) => set({ a: textOf(ref) })} />
        <Button icon="arrows-left-right" aria-label={tr("Swap A and B")} title={tr("Swap A and B (Shift X)")} disabled={!a.ref || !b.ref} onClick={swap} />
        <Picker half={b} onChange={(ref) => set({ b: textOf(ref) })} />
      </div>
      {!a.ref && !b.ref ? (
        <section className="card">
          <Empty title={tr("Choose two lives")}>{tr("Any two lives that were kept can stand side by side. They say the most when they begin alike.")}</Empty>
        </section>
      ) : (
        <>
          <div className="duo">
            <Side half={a} player={player} />
            <Between a={a} b={b} parting={parting} toFork={toFork} />
            <Side half={b} player={player} />
          </div>
          {longer && (a.level ?? b.level) && <Timelines a={a} b={b} player={player} parting={parting} />}
          {both && a.level && b.level && a.life!.meta.digest === b.life!.meta.digest && <Multiples a={a.life!} b={b.life!} level={a.level} player={player} />}
        </>
      )}
    </main>
  );
}
