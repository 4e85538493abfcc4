/** What the Watch page's room needs beside its pictures: overlays in the address, the life to replay, stop, keys. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { client, hasEnded, maySteer, meQuery, runQuery, unwrap } from "@/api";
import type { Run } from "@/api";
import { paths } from "@/paths";
import { Button, Dialog, toast, useKeys, useQueryPatch, useTheme } from "@/ui";
import { tr } from "@/words";
import type { Neighbours } from "./Dock";
import { playKeys } from "./playKeys";
import type { Player } from "./player";
import { bestOf, recordingQuery, recordingsQuery } from "./queries";
import type { Field, Overlays } from "./scene";
import { goLive, holdOf, isOver, show } from "./store";
import type { CrowdView } from "./useCrowd";
import { useWatch } from "./usePlayer";

export type SetOverlays = (change: Partial<Overlays>) => void;

/** The overlays live in the address, so that every view is a link. */
export function useOverlays(sight: boolean, curious: boolean): [Overlays, SetOverlays] {
  const [query] = useSearchParams();
  const patch = useQueryPatch();
  const named = query.get("overlay");
  const field: Field | null = named === "heat" || named === "visits" || named === "policy" || (named === "sight" && sight) || (named === "novelty" && curious) ? named : null;
  const trail = query.get("trail") !== "off";
  const overlays = useMemo(() => ({ trail, field }), [trail, field]);
  const set: SetOverlays = (change) =>
    patch({
      ...(change.field !== undefined && { overlay: change.field }),
      ...(change.trail !== undefined && { trail: change.trail ? null : "off" }),
    });
  return [overlays, set];
}

/** The mind that is looked at, in the address by the steps it had been trained for; null is the newest. */
export function useMindSteps(): [number | null, (steps: number | null) => void] {
  const [query] = useSearchParams();
  const patch = useQueryPatch();
  const named = Number(query.get("mind") ?? NaN);
  const set = (steps: number | null) => patch({ mind: steps === null ? null : String(steps) });
  return [Number.isFinite(named) && named >= 0 ? named : null, set];
}

const VIEW = ["overlay", "trail", "mind"];

/** The way to another recorded life of the run, looked at as this one is. */
export function useReplayPath(run: string): (episode: number, at?: { t?: number; mark?: string }) => string {
  const [query] = useSearchParams();
  const view = Object.fromEntries([...query].filter(([name]) => VIEW.includes(name)));
  return (episode, at) => paths.replay(run, episode, { ...at, view });
}

/** A run that is over plays its best recorded life, again and again. */
export function useBest(run: Run, player: Player, live: boolean) {
  const cache = useQueryClient();
  const recordings = useQuery(recordingsQuery(run.id));
  const recording = recordings.data ? bestOf(recordings.data) : null;
  const wanted = live ? null : (recording?.episode ?? null);
  // A run that ends before the viewer's eyes first lets the life on stage end.
  const free = useWatch(player, (w) => !w.stage || w.replay !== null || isOver(w));
  useEffect(() => {
    if (wanted === null || !free) return;
    let gone = false;
    const fetched = cache.fetchQuery(recordingQuery(run.id, wanted));
    const timer = setTimeout(
      () =>
        fetched
          .then((life) => !gone && player.act((w, now) => show(w, life, now, { loop: true })))
          .catch(() => !gone && toast(tr("Life {wanted} could not be fetched.", { wanted }))),
      player.state().stage && !player.state().replay ? holdOf(player.state().speed) : 0,
    );
    fetched.catch(() => undefined);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [cache, run.id, wanted, free, player]);
  return { recording, known: recordings.isFetched && wanted === null };
}

export function useStop(run: Run) {
  const cache = useQueryClient();
  const steers = maySteer(useQuery(meQuery).data, run);
  const [open, setOpen] = useState(false);
  const stop = useMutation({
    mutationFn: () => unwrap(client.POST("/api/v1/runs/{id}/stop", { params: { path: { id: run.id } } })),
    onSettled: () => void cache.invalidateQueries({ queryKey: runQuery(run.id).queryKey, exact: true }),
    onError: (error) => toast(error.message),
  });
  const waiting = run.state === "queued" && run.steps === 0;
  const ask = steers && !hasEnded(run) ? () => setOpen(true) : null;
  const dialog = (
    <Dialog
      open={open}
      title={waiting ? tr("Leave the queue?") : tr("Stop this run?")}
      onClose={() => setOpen(false)}
      actions={
        <>
          <Button onClick={() => setOpen(false)}>{waiting ? tr("Stay") : run.state === "paused" ? tr("Leave it paused") : tr("Go on training")}</Button>
          <Button
            kind="primary"
            onClick={() => {
              setOpen(false);
              stop.mutate();
            }}
          >
            {waiting ? tr("Leave the queue") : tr("Stop")}
          </Button>
        </>
      }
    >
      <p className="m2">
        {run.steps === 0 && (waiting || run.state === "paused") ? tr("{run} has not begun; nothing is lost.", { run: run.name }) : tr("{run} ends within two seconds. Its model and its recorded lives are kept. It can be resumed later.", { run: run.name })}
      </p>
    </Dialog>
  );
  return { ask, dialog };
}

interface Keyed {
  lives: Neighbours;
  player: Player;
  town: { sight: number | null };
  overlays: Overlays;
  setOverlays: SetOverlays;
  live: boolean;
  toggleFull: () => void;
  crowd: CrowdView;
  /** the run learns by curiosity too */
  curious: boolean;
  open: (sheet: "text" | "keys" | "whatif") => void;
}

export function useWatchKeys({ lives: { previous, next, go }, player, town, overlays, setOverlays, live, toggleFull, crowd, curious, open }: Keyed): void {
  const overlay = (change: Partial<Overlays>) => (crowd.on ? false : setOverlays(change));
  const field = (name: Field) => () => overlay({ field: overlays.field === name ? null : name });
  useKeys({
    ...playKeys(player),
    "[": () => go(previous),
    "]": () => go(next),
    l: () => (live ? player.act(goLive) : false),
    t: () => overlay({ trail: !overlays.trail }),
    h: () => overlay({ field: overlays.field === "heat" || overlays.field === "visits" ? null : "heat" }),
    n: () => (curious ? field("novelty")() : false),
    p: field("policy"),
    s: () => (town.sight === null ? false : field("sight")()),
    a: () => (crowd.toggle ? crowd.toggle() : false),
    d: () => open("text"),
    f: toggleFull,
    D: useTheme.getState().toggle,
    w: () => open("whatif"),
    "?": () => open("keys"),
  });
}

/** Whether the room is presented to, in the address; Shift P begins and ends it, Escape ends it. */
export function usePresent(): { on: boolean; set: (on: boolean) => void } {
  const on = useSearchParams()[0].get("present") === "1";
  const patch = useQueryPatch();
  const set = (next: boolean) => patch({ present: next ? "1" : null });
  useKeys({ P: () => set(!on), Escape: () => (on && !document.querySelector("dialog[open]") ? set(false) : false) });
  return { on, set };
}

/** In the bar of the page: begins it. */
export function PresentButton({ onPress }: { onPress: () => void }) {
  return <Button kind="ghost" icon="presentation" aria-label={tr("Present")} title={tr("For the projector (Shift P)")} onClick={onPress} />;
}
