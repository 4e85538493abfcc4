import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";
import { ApiError, client, isActive, levelQuery, meQuery, runQuery, unwrap } from "@/api";
import type { Run } from "@/api";
import { RunBar } from "@/chrome";
import { paths } from "@/paths";
import { Button, Dialog, Empty, toast, useKeys, Viewers } from "@/ui";
import { Announcer } from "./Announcer";
import { LiveBadge } from "./Badge";
import { Body } from "./Body";
import { LastLife } from "./Certificate";
import { Dock, useNeighbours } from "./Dock";
import { Events } from "./Events";
import { Learning } from "./Learning";
import { townOf } from "./level";
import type { FullLevel, Place } from "./level";
import { Mind } from "./Mind";
import { Now } from "./Now";
import { Phone } from "./Phone";
import type { Player } from "./player";
import { bestOf, recordingQuery, recordingsQuery } from "./queries";
import type { Field, Overlays } from "./scene";
import { GridSheet, KeysSheet, PlaceSheet, TextSheet } from "./Sheets";
import { Broken, Connecting, Notice, Waiting } from "./States";
import { goLive, holdOf, isOver, scrub, setSpeed, show, SPEEDS, step, toggle } from "./store";
import { useMedia, usePlayer, useWatch } from "./usePlayer";
import { useShown } from "./useShown";
import { Rail, Stage } from "./World";
import "./watch.css";
import "./panels.css";

/** Watch: what is it doing, why, and is it getting better? */
export function Watch() {
  const { id = "" } = useParams();
  return <Page key={id} id={id} />;
}

function Page({ id }: { id: string }) {
  const run = useQuery(runQuery(id));
  const level = useQuery(levelQuery(run.data?.level ?? ""));
  const active = run.data ? isActive(run.data) : false;
  const { player, retry } = usePlayer(id, active);
  if (!run.data || !level.data) {
    const error = run.error ?? level.error;
    return (
      <>
        <title>Watch · Hamlet</title>
        <RunBar run={run.data} page="watch" />
        <main id="main" tabIndex={-1} className="watch">
          {error ? <Missing error={error} again={() => void (run.error ? run : level).refetch()} /> : <Connecting />}
        </main>
      </>
    );
  }
  return <Room run={run.data} level={level.data as FullLevel} player={player} retry={retry} />;
}

function Missing({ error, again }: { error: Error; again: () => void }) {
  const gone = error instanceof ApiError && error.status === 404;
  return (
    <section className="card solo">
      <Empty
        level={1}
        title={gone ? "There is no such run" : "The run cannot be read"}
        action={gone ? <Link className="btn primary" to={paths.home()}>Runs</Link> : <Button kind="primary" onClick={again}>Try again</Button>}
      >
        {gone ? "It may have been deleted, or belong to another class." : error.message}
      </Empty>
    </section>
  );
}

interface RoomProps {
  run: Run;
  level: FullLevel;
  player: Player;
  retry: () => void;
}

function Room({ run, level, player, retry }: RoomProps) {
  const town = useMemo(() => townOf(level), [level]);
  const live = isActive(run);
  const staged = useWatch(player, (w) => w.stage !== null);
  const phone = useMedia("(max-width: 640px)");
  const [overlays, setOverlays] = useOverlays(town.sight !== null);
  const [full, setFull] = useState(false);
  const [place, setPlace] = useState<Place | null>(null);
  const [sheet, setSheet] = useState<"grid" | "text" | "keys" | null>(null);
  const best = useBest(run, player, live);
  const asking = useStop(run);
  useWatchKeys({ run, player, town, overlays, setOverlays, live, toggleFull: () => setFull(!full), open: setSheet });

  const view = {
    run,
    level,
    town,
    player,
    live,
    overlays,
    setOverlays,
    full,
    setFull,
    onPlace: (index: number) => setPlace(level.places.find((one) => one.index === index) ?? null),
    onGrid: () => setSheet("grid"),
    onText: () => setSheet("text"),
    stop: asking.ask,
    notice: <Notice run={run} player={player} retry={retry} best={best.recording} />,
  };
  return (
    <>
      <title>{`${run.name} · Watch · Hamlet`}</title>
      {!phone && (
        <RunBar run={run} page="watch">
          <LiveBadge run={run} player={player} />
          <Viewers count={run.viewers} />
          {asking.ask && (
            <Button icon="stop-circle" disabled={run.state === "stopping"} onClick={asking.ask}>
              Stop
            </Button>
          )}
        </RunBar>
      )}
      {staged ? phone ? <Phone {...view} /> : <Desk {...view} /> : <Nobody {...view} phone={phone} known={best.known} />}
      <PlaceSheet level={level} player={player} place={place} onClose={() => setPlace(null)} />
      <GridSheet level={level} town={town} player={player} open={sheet === "grid"} onClose={() => setSheet(null)} />
      <TextSheet level={level} town={town} player={player} open={sheet === "text"} onClose={() => setSheet(null)} />
      <KeysSheet open={sheet === "keys"} sight={town.sight !== null} onClose={() => setSheet(null)} />
      {asking.dialog}
      <Announcer level={level} player={player} />
    </>
  );
}

export interface ViewProps {
  run: Run;
  level: FullLevel;
  town: ReturnType<typeof townOf>;
  player: Player;
  live: boolean;
  overlays: Overlays;
  setOverlays: (overlays: Overlays) => void;
  full: boolean;
  setFull: (full: boolean) => void;
  onPlace: (index: number) => void;
  onGrid: () => void;
  onText: () => void;
  /** asks to stop the run; null for those who may not, or when there is nothing to stop */
  stop: (() => void) | null;
  notice: React.ReactNode;
}

/** Three columns over the dock; two on a tablet. Only the parts that tell the moment follow it. */
function Desk(view: ViewProps) {
  const { run, level, town, player } = view;
  return (
    <main id="main" tabIndex={-1} className={view.full ? "watch full" : "watch"}>
      <h1 className="sr">Watch {run.name}</h1>
      <div className="left">
        <Felt level={level} player={player} />
      </div>
      <section className="center card" aria-label="World">
        {view.notice}
        <Clock town={town} player={player} />
        <div className="stage">
          <Stage run={run.id} level={level} town={town} player={player} overlays={view.overlays} onPlace={view.onPlace} onGrid={view.onGrid} />
          <Rail {...view} />
        </div>
      </section>
      <div className="right">
        <Thought level={level} town={town} player={player} />
        <Learning run={run} level={level} />
        <LastLife level={level} player={player} />
      </div>
      <Dock run={run} level={level} player={player} live={view.live} />
    </main>
  );
}

type Part = Pick<ViewProps, "level" | "town" | "player">;

function Felt({ level, player }: Omit<Part, "town">) {
  const { life, t, moment, still } = useShown(player);
  const pick = useCallback((at: number) => player.act((w, now) => scrub(w, at, now)), [player]);
  return (
    <>
      <Body level={level} life={life} moment={moment} still={still} />
      <Events level={level} life={life} t={t} onPick={pick} />
    </>
  );
}

function Thought({ level, town, player }: Part) {
  const { life, moment, still } = useShown(player);
  return <Mind level={level} town={town} life={life} moment={moment} still={still} />;
}

function Clock({ town, player }: Omit<Part, "level">) {
  const { life, moment } = useShown(player);
  return town.day !== null && life && moment ? <Now town={town} life={life} moment={moment} /> : null;
}

/** The room before anyone is on stage. */
function Nobody({ run, level, player, live, stop, notice, phone, known }: ViewProps & { phone: boolean; known: boolean }) {
  const connecting = useWatch(player, (w) => w.link.state === "connecting");
  return (
    <>
      {phone && <RunBar run={run} page="watch" />}
      <main id="main" tabIndex={-1} className="watch">
        {live && connecting && run.state !== "queued" ? (
          <Connecting />
        ) : live ? (
          <Waiting run={run} stop={stop} notice={notice} />
        ) : known ? (
          <Broken run={run} level={level} />
        ) : (
          <Connecting />
        )}
      </main>
    </>
  );
}

// ------------------------------------------------------------------------------------------------ what the room needs

/** The overlays live in the address, so that every view is a link. */
function useOverlays(sight: boolean): [Overlays, (overlays: Overlays) => void] {
  const [query, setQuery] = useSearchParams();
  const named = query.get("overlay");
  const field: Field | null = named === "heat" || (named === "sight" && sight) ? named : null;
  const trail = query.get("trail") !== "off";
  const overlays = useMemo(() => ({ trail, field }), [trail, field]);
  const set = (next: Overlays) =>
    setQuery(
      (before) => {
        const after = new URLSearchParams(before);
        if (next.field) after.set("overlay", next.field);
        else after.delete("overlay");
        if (next.trail) after.delete("trail");
        else after.set("trail", "off");
        return after;
      },
      { replace: true },
    );
  return [overlays, set];
}

/** A run that is over plays its best recorded life; `?episode=` names another one. */
function useBest(run: Run, player: Player, live: boolean) {
  const cache = useQueryClient();
  const [query] = useSearchParams();
  const recordings = useQuery(recordingsQuery(run.id));
  const asked = Number(query.get("episode") ?? NaN);
  const at = Number(query.get("t") ?? 0) || 0;
  const recording = recordings.data ? bestOf(recordings.data) : null;
  const wanted = Number.isInteger(asked) ? asked : live ? null : (recording?.episode ?? null);
  const loop = !Number.isInteger(asked);
  // A run that ends before the viewer's eyes first lets the life on stage end.
  const free = useWatch(player, (w) => !w.stage || w.replay !== null || isOver(w));
  useEffect(() => {
    if (wanted === null || !free) return;
    let gone = false;
    const fetched = cache.fetchQuery(recordingQuery(run.id, wanted));
    const timer = setTimeout(
      () =>
        fetched
          .then((life) => !gone && player.act((w, now) => show(w, life, now, { loop, t: at, playing: at === 0 })))
          .catch(() => !gone && toast(`Life ${wanted} could not be fetched.`)),
      player.state().stage && !player.state().replay ? holdOf(player.state().speed) : 0,
    );
    fetched.catch(() => undefined);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [cache, run.id, wanted, free, loop, at, player]);
  return { recording, known: recordings.isFetched && wanted === null };
}

function useStop(run: Run) {
  const cache = useQueryClient();
  const instructor = useQuery(meQuery).data?.user?.role === "instructor";
  const [open, setOpen] = useState(false);
  const stop = useMutation({
    mutationFn: () => unwrap(client.POST("/api/v1/runs/{id}/stop", { params: { path: { id: run.id } } })),
    onSettled: () => void cache.invalidateQueries({ queryKey: runQuery(run.id).queryKey, exact: true }),
    onError: (error) => toast(error.message),
  });
  const waiting = run.state === "queued" && run.steps === 0;
  const ask = instructor && isActive(run) ? () => setOpen(true) : null;
  const dialog = (
    <Dialog
      open={open}
      title={waiting ? "Leave the queue?" : "Stop this run?"}
      onClose={() => setOpen(false)}
      actions={
        <>
          <Button onClick={() => setOpen(false)}>{waiting ? "Stay" : "Go on training"}</Button>
          <Button
            kind="primary"
            onClick={() => {
              setOpen(false);
              stop.mutate();
            }}
          >
            {waiting ? "Leave the queue" : "Stop"}
          </Button>
        </>
      }
    >
      <p className="m2">
        {waiting ? `${run.name} has not begun; nothing is lost.` : `${run.name} ends within two seconds. Its model and its recorded lives are kept; it cannot be taken up again.`}
      </p>
    </Dialog>
  );
  return { ask, dialog };
}

interface Keyed {
  run: Run;
  player: Player;
  town: { sight: number | null };
  overlays: Overlays;
  setOverlays: (overlays: Overlays) => void;
  live: boolean;
  toggleFull: () => void;
  open: (sheet: "text" | "keys") => void;
}

function useWatchKeys({ run, player, town, overlays, setOverlays, live, toggleFull, open }: Keyed): void {
  const { previous, next, go } = useNeighbours(run.id, player);
  const on = (change: Parameters<Player["act"]>[0]) => () => player.act(change);
  const field = (name: Field) => () => setOverlays({ ...overlays, field: overlays.field === name ? null : name });
  const pressed = (event: KeyboardEvent) => (event.target as HTMLElement | null)?.closest?.("button, a, dialog, [role=slider]");
  const steps = (by: number) => (event: KeyboardEvent) => {
    if ((event.target as HTMLElement | null)?.closest?.("dialog, [role=radiogroup]")) return false;
    player.act((w, now) => step(w, event.shiftKey ? by * 24 : by, now));
  };
  useKeys({
    " ": (event) => (pressed(event) ? false : player.act(toggle)),
    ArrowLeft: steps(-1),
    ArrowRight: steps(1),
    "[": () => go(previous),
    "]": () => go(next),
    ...Object.fromEntries(SPEEDS.map((speed, i) => [String(i + 1), on((w, now) => setSpeed(w, speed, now))])),
    l: () => (live ? player.act(goLive) : false),
    t: () => setOverlays({ ...overlays, trail: !overlays.trail }),
    h: field("heat"),
    s: () => (town.sight === null ? false : field("sight")()),
    d: () => open("text"),
    f: toggleFull,
    "?": () => open("keys"),
  });
}
