import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import type { ReactNode } from "react";
import { Link, useParams, useSearchParams } from "react-router";
import { ApiError, hasEnded, isActive, levelQuery, runQuery } from "@/api";
import type { Level, Run } from "@/api";
import { Bell, PauseButton, RunBar, useRest } from "@/chrome";
import { townOf } from "@/level";
import { paths } from "@/paths";
import { Button, Empty, Icon, useKeys, Viewers } from "@/ui";
import { tr } from "@/words";
import { Announcer } from "./Announcer";
import { LiveBadge } from "./Badge";
import { Body } from "./Body";
import { useCensus } from "./census";
import type { Counted } from "./census";
import { LastLife } from "./Certificate";
import { Dock, useNeighbours } from "./Dock";
import type { Neighbours } from "./Dock";
import { Events } from "./Events";
import { Learning } from "./Learning";
import type { Place } from "./level";
import type { Flag } from "./lifeline";
import { Mind } from "./Mind";
import { MindStrip } from "./MindStrip";
import { Now } from "./Now";
import { Pace } from "./Pace";
import type { Player } from "./player";
import { Rail } from "./Rail";
import { PresentButton, useBest, useMindSteps, useOverlays, usePresent, useStop, useWatchKeys } from "./room";
import type { SetOverlays } from "./room";
import type { SheetName } from "./Sheets";
import type { Overlays } from "./scene";
import { BelowBones, Broken, Connecting, Notice, Waiting } from "./States";
import { scrub } from "./store";
import { useCrowd } from "./useCrowd";
import type { CrowdView } from "./useCrowd";
import { useMind, usePolicy, useThought } from "./useMind";
import type { MindState, PolicyStore } from "./useMind";
import { useCalm, useMedia, usePlayer, useWatch } from "./usePlayer";
import { useShown } from "./useShown";
import { Stage } from "./World";
import "./watch.css";
import "./panels.css";
import "./whatif.css";

// What is not in the first picture is fetched after it: the phone's and the projector's own rooms, what lies under the stage, and
// the sheets.
const fetchPhone = () => import("./Phone");
const Phone = lazy(async () => ({ default: (await fetchPhone()).Phone }));
const Present = lazy(async () => ({ default: (await import("./Present")).Present }));
const Below = lazy(async () => ({ default: (await import("./Below")).Below }));
const Sheets = lazy(async () => ({ default: (await import("./Sheets")).Sheets }));
const PHONE = "(max-width: 640px)";
if (window.matchMedia(PHONE).matches) void fetchPhone();

/** Watch: what is it doing, why, and is it getting better? */
export function Watch() {
  const { id = "" } = useParams();
  return <Page key={id} id={id} />;
}

function Page({ id }: { id: string }) {
  const run = useQuery(runQuery(id));
  const level = useQuery(levelQuery(run.data?.level ?? ""));
  const live = run.data ? !hasEnded(run.data) : false;
  const { player, retry } = usePlayer(id, live);
  if (!run.data || !level.data) {
    const error = run.error ?? level.error;
    return (
      <>
        <title>{`${tr("Watch")} · Hamlet`}</title>
        <RunBar run={run.data} page="watch" />
        <main id="main" tabIndex={-1} className="watch">
          {error ? <Missing error={error} again={() => void (run.error ? run : level).refetch()} /> : <Connecting />}
        </main>
      </>
    );
  }
  return <Room run={run.data} level={level.data as Level} player={player} retry={retry} />;
}

export function Missing({ error, again }: { error: Error; again: () => void }) {
  const gone = error instanceof ApiError && error.status === 404;
  return (
    <section className="card solo">
      <Empty
        level={1}
        title={gone ? tr("There is no such run") : tr("The run cannot be read")}
        action={gone ? <Link className="btn primary" to={paths.home()}>{tr("Runs")}</Link> : <Button kind="primary" onClick={again}>{tr("Try again")}</Button>}
      >
        {gone ? tr("It may have been deleted, or belong to another class.") : error.message}
      </Empty>
    </section>
  );
}

interface RoomProps {
  run: Run;
  level: Level;
  player: Player;
  retry: () => void;
}

function Room({ run, level, player, retry }: RoomProps) {
  const live = !hasEnded(run);
  const best = useBest(run, player, live);
  const asking = useStop(run);
  const lives = useNeighbours(run.id, player);
  const { pause, resume } = useRest(run);
  useKeys({ R: () => (live && (pause ?? resume) ? (pause ?? resume)?.() : false) });
  const learning = <Learning run={run} level={level} />;
  const notice = <Notice run={run} player={player} retry={retry} best={best.recording} />;
  return (
    <>
      <Theatre
        page="watch"
        run={run}
        level={level}
        player={player}
        live={live}
        lives={lives}
        stop={asking.ask}
        notice={notice}
        badge={
          <>
            <LiveBadge run={run} player={player} />
            {live && <Pace run={run} />}
            <Viewers count={run.viewers} />
            <PauseButton run={run} tucked />
            {asking.ask && (
              <Button icon="stop-circle" disabled={run.state === "stopping"} onClick={asking.ask}>
                <span className="tuck">{tr("Stop")}</span>
              </Button>
            )}
          </>
        }
        compact={
          <>
            <span className="chip" title={tr("watching")}>
              <Icon name="users" />
              <span className="sr">{`${tr("Watching:")} `}</span>
              {run.viewers}
            </span>
            <LiveBadge run={run} player={player} compact />
          </>
        }
        panel={{ label: tr("Learning"), content: learning }}
        below={
          <>
            {learning}
            <LastLife level={level} player={player} />
          </>
        }
        empty={(phone) => <Nobody run={run} level={level} player={player} live={live} stop={asking.ask} notice={notice} phone={phone} known={best.known} />}
      />
      {asking.dialog}
    </>
  );
}

type TheatreProps = Omit<ViewProps, "town" | "mapped" | "mind" | "policy" | "setSteps" | "overlays" | "setOverlays" | "full" | "setFull" | "onPlace" | "onGrid" | "onText" | "onWhatIf" | "crowd" | "curious" | "counted"> & {
  /** what the bar has at its right */
  badge: ReactNode;
  /** what there is before anyone is on stage */
  empty: (phone: boolean) => ReactNode;
};

/** A life on stage with all its rooms around it, whether it comes from the air or was kept. */
export function Theatre({ badge, empty, ...given }: TheatreProps) {
  const { run, level, player, live, lives, page } = given;
  const presenting = usePresent();
  const town = useMemo(() => townOf(level), [level]);
  const staged = useWatch(player, (w) => w.stage !== null);
  const phone = useMedia(PHONE);
  const projected = presenting.on && staged && !phone;
  const curious = run.config["curiosity"] === true;
  const counted = useCensus(run, live);
  const [overlays, setOverlays] = useOverlays(town.sight !== null, curious);
  const [steps, setSteps] = useMindSteps();
  const crowd = useCrowd(run.id, isActive(run) && page === "watch", player);
  const mapped = overlays.field === "policy" && !crowd.on;
  const [query] = useSearchParams();
  const [sheet, setSheet] = useState<SheetName | null>(() => (query.has("if") ? "whatif" : null));
  const imagining = sheet === "whatif" && staged;
  const mind = useMind({ run, level, steps, on: mapped || imagining, onAir: live });
  const policy = usePolicy(level, player, mind.taken, mapped);
  const [full, setFull] = useState(false);
  const [place, setPlace] = useState<Place | null>(null);
  useWatchKeys({ lives, crowd, curious, player, town, overlays, setOverlays, live, toggleFull: () => setFull(!full), open: setSheet });

  const calm = useCalm(staged) || sheet !== null || place !== null;

  const view: ViewProps = {
    ...given,
    town,
    overlays,
    setOverlays,
    mapped,
    mind,
    policy,
    setSteps,
    full,
    setFull,
    onPlace: (index: number) => setPlace(level.places.find((one) => one.index === index) ?? null),
    onGrid: () => setSheet("grid"),
    onText: () => setSheet("text"),
    onWhatIf: () => setSheet("whatif"),
    crowd,
    curious,
    counted,
  };
  return (
    <>
      <title>{`${run.name} · ${page === "watch" ? tr("Watch") : tr("Replay")} · Hamlet`}</title>
      {!phone && !projected && (
        <RunBar run={run} page={page}>
          {badge}
          <Bell at={run.bell_at} className="hide-s" />
          <PresentButton onPress={() => presenting.set(true)} />
        </RunBar>
      )}
      <Suspense fallback={empty(phone)}>
        {projected ? <Present {...view} badge={given.compact} onLeave={() => presenting.set(false)} /> : staged ? phone ? <Phone {...view} /> : <Desk {...view} /> : empty(phone)}
      </Suspense>
      {calm && (
        <Suspense fallback={null}>
          <Sheets view={view} sheet={imagining || sheet !== "whatif" ? sheet : null} place={place} onClose={() => setSheet(null)} onLeavePlace={() => setPlace(null)} />
        </Suspense>
      )}
      <Announcer level={level} player={player} />
    </>
  );
}

export interface ViewProps {
  page: "watch" | "replay";
  run: Run;
  level: Level;
  town: ReturnType<typeof townOf>;
  player: Player;
  live: boolean;
  overlays: Overlays;
  setOverlays: SetOverlays;
  /** the mind is asked, and its policy lies on the board */
  mapped: boolean;
  mind: MindState;
  policy: PolicyStore;
  setSteps: (steps: number | null) => void;
  full: boolean;
  setFull: (full: boolean) => void;
  onPlace: (index: number) => void;
  onGrid: () => void;
  onText: () => void;
  onWhatIf: () => void;
  crowd: CrowdView;
  /** the run learns by curiosity too */
  curious: boolean;
  /** what all lanes have done */
  counted: Counted;
  /** asks to stop the run; null for those who may not, or when there is nothing to stop */
  stop: (() => void) | null;
  notice: ReactNode;
  lives: Neighbours;
  /** bookmarked steps of the life on stage */
  flags?: readonly Flag[];
  /** under the mind: how it learns, or which lives there are */
  below: ReactNode;
  /** the same on a phone: the fourth of its panels */
  panel: { label: string; content: ReactNode };
  /** at the right of a phone's bar */
  compact: ReactNode;
}

/** Three columns over the dock; two on a tablet. Only the parts that tell the moment follow it. */
function Desk(view: ViewProps) {
  const { run, level, town, player } = view;
  return (
    <main id="main" tabIndex={-1}>
      <h1 className="sr">
        {view.page === "watch" ? tr("Watch") : tr("Replay")} {run.name}
      </h1>
      <div className={view.full ? "watch full" : "watch"}>
        <div className="left">
          <Felt level={level} player={player} />
        </div>
        <section className="center card" aria-label={tr("World")}>
          {view.notice}
          <Clock town={town} player={player} />
          <div className="stage">
            <Stage run={run.id} name={run.name} crowd={view.crowd} counted={view.counted} level={level} town={town} player={player} overlays={view.overlays} policy={view.policy} onPlace={view.onPlace} onGrid={view.onGrid} />
            <Rail {...view} />
          </div>
          {view.mapped && <Map {...view} />}
        </section>
        <div className="right">
          <Thought level={level} town={town} player={player} />
          {view.below}
        </div>
        <Dock level={level} player={player} live={view.live} resting={view.run.state === "paused"} lives={view.lives} flags={view.flags} />
      </div>
      <Suspense fallback={<BelowBones />}>
        <Below run={run} level={level} player={player} counted={view.counted} />
      </Suspense>
    </main>
  );
}

/** The strip under the board tells of every answer; the page around it does not follow them. */
export function Map({ run, mind, policy, setSteps }: Pick<ViewProps, "run" | "mind" | "policy" | "setSteps">) {
  return <MindStrip mind={mind} thought={useThought(policy)} live={isActive(run)} setSteps={setSteps} />;
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
function Nobody({ run, level, player, live, stop, notice, phone, known }: Pick<ViewProps, "run" | "level" | "player" | "live" | "stop" | "notice"> & { phone: boolean; known: boolean }) {
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
