/** The step on stage and the step in the address are one: a link leads to it, and playing writes it. */
import { useEffect, useRef } from "react";
import { useSearchParams } from "react-router";
import { useQueryPatch } from "@/ui";
import { lastMoment } from "@/wire";
import type { Life } from "@/wire";
import type { Player } from "./player";
import { scrub, show } from "./store";

/** ms between two writings while it plays; a hand that rests is written sooner */
const EVERY = 1_000;
const REST = 250;

/**
 * Puts `life` on stage where the address says: `?t=` a step, `?mark=` what it was kept for (`momentFor` finds that).
 * Without either it plays from its beginning.
 */
export function useAddress(player: Player, life: Life | null, momentFor: (reason: string, life: Life) => number): void {
  const [query] = useSearchParams();
  const patch = useQueryPatch();
  const written = useRef<string | null>(null);
  const find = useRef(momentFor);
  useEffect(() => {
    find.current = momentFor;
  });
  const asked = query.get("t");
  const mark = query.get("mark");

  useEffect(() => {
    if (!life) return;
    const there = player.state().stage === life;
    if (there && mark === null && asked === written.current) return;
    const named = mark === null ? Number(asked ?? 0) : find.current(mark, life);
    const t = Math.min(lastMoment(life), Number.isFinite(named) ? Math.max(0, Math.round(named)) : 0);
    player.act((w, now) => (there ? scrub(w, t, now) : show(w, life, now, { t, playing: asked === null && mark === null })));
    written.current = mark === null ? asked : null;
  }, [player, life, asked, mark]);

  useEffect(() => {
    if (!life) return;
    let timer = 0;
    const tell = () => {
      timer = 0;
      const { stage, t } = player.state();
      if (stage !== life || String(t) === written.current) return;
      written.current = String(t);
      patch({ mark: null, t: String(t) }, { replace: true, preventScrollReset: true });
    };
    const stop = player.view.subscribe((now, before) => {
      if (now.t === before.t && now.stage === before.stage) return;
      if (!now.playing) window.clearTimeout(timer);
      if (!now.playing || !timer) timer = window.setTimeout(tell, now.playing ? EVERY : REST);
    });
    return () => {
      stop();
      window.clearTimeout(timer);
    };
  }, [player, life, patch]);
}
