import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import type { RefObject } from "react";
import { Link, Navigate, useNavigate, useParams } from "react-router";
import { ApiError, levelQuery, runQuery } from "@/api";
import type { Level, Recording, Run } from "@/api";
import { RunBar } from "@/chrome";
import { paths } from "@/paths";
import { Button, Empty, format, Icon, Segmented, useKeys } from "@/ui";
import type { Life } from "@/wire";
import { tr } from "@/words";
import { useAddress } from "./address";
import { Bookmarks } from "./Bookmarks";
import type { Notes } from "./Bookmarks";
import { Verdict } from "./Dock";
import { Lives } from "./Lives";
import { around } from "./lives";
import { marksOf, momentFor } from "./marks";
import { bestOf, bookmarksQuery, offAir, recordingQuery, recordingsQuery } from "./queries";
import { useReplayPath } from "./room";
import { Connecting } from "./States";
import { TakeHome } from "./TakeHome";
import { usePlayer } from "./usePlayer";
import { Missing, Theatre } from "./Watch";
import "./watch.css";
import "./panels.css";
import "./replay.css";

/** Replay: any life that was kept, with the same rooms around it as live. */
export function Replay() {
  const { id = "", episode } = useParams();
  const run = useQuery(runQuery(id));
  const level = useQuery(levelQuery(run.data?.level ?? ""));
  const recordings = useQuery({ ...recordingsQuery(id), ...offAir(run.data) });
  const error = run.error ?? level.error ?? recordings.error;
  if (!run.data || !level.data || !recordings.data) {
    return (
      <>
        <title>{`${tr("Replay")} · Hamlet`}</title>
        <RunBar run={run.data} page="replay" />
        <main id="main" tabIndex={-1} className="watch">
          {error ? <Missing error={error} again={() => void Promise.all([run, level, recordings].map((query) => query.refetch()))} /> : <Connecting />}
        </main>
      </>
    );
  }
  const number = /^\d+$/.test(episode ?? "") ? Number(episode) : null;
  const best = bestOf(recordings.data);
  if (episode === undefined && best) return <Navigate to={paths.replay(id, best.episode)} replace />;
  if (!recordings.data.some((life) => life.episode === number)) return <NotKept run={run.data} number={number} recordings={recordings.data} />;
  return <Kept key={id} run={run.data} level={level.data as Level} recordings={recordings.data} episode={number!} />;
}

/** A life that was not kept: the nearest ones that were. */
function NotKept({ run, number, recordings }: { run: Run; number: number | null; recordings: readonly Recording[] }) {
  const { previous, next } = around(recordings.map(({ episode }) => episode), number);
  const offer = (episode: number | null) =>
    episode !== null && (
      <Link className="btn" to={paths.replay(run.id, episode)}>
        {tr("Episode {number}", { number: format.count(episode) })}
      </Link>
    );
  return (
    <>
      <title>{`${run.name} · ${tr("Replay")} · Hamlet`}</title>
      <RunBar run={run} page="replay" />
      <main id="main" tabIndex={-1} className="watch">
        <section className="card solo">
          <Empty
            level={1}
            title={recordings.length ? (number === null ? tr("There is no such episode") : tr("Episode {number} was not kept", { number: format.count(number) })) : tr("No life was kept yet")}
            action={
              <span className="nearby">
                {offer(previous)}
                {offer(next)}
                {previous === null && next === null && (
                  <Link className="btn primary" to={recordings.length ? paths.replay(run.id) : paths.watch(run.id)}>
                    {recordings.length ? tr("The best one kept") : tr("Watch")}
                  </Link>
                )}
              </span>
            }
          >
            {recordings.length
              ? tr("Of all its lives a run keeps the first ones, records, first times, stage changes, and then one in a thousand.")
              : tr("The run keeps its first life as soon as that has ended.")}
          </Empty>
        </section>
      </main>
    </>
  );
}

interface KeptProps {
  run: Run;
  level: Level;
  recordings: Recording[];
  episode: number;
}

function Kept({ run, level, recordings, episode }: KeptProps) {
  const { player } = usePlayer(run.id, false);
  const life = useQuery(recordingQuery(run.id, episode));
  const notes = useQuery(bookmarksQuery(run.id));
  const navigate = useNavigate();
  const path = useReplayPath(run.id);
  const field = useRef<HTMLInputElement>(null);
  const [tab, setTab] = useState<"lives" | "bookmarks">("lives");
  const [taking, setTaking] = useState(false);
  useAddress(player, life.data ?? null, (reason, shown) => momentFor(reason, shown, level, recordings));
  useKeys({
    b: () => {
      setTab("bookmarks");
      // The field may come with the tab.
      requestAnimationFrame(() => field.current?.focus());
    },
  });
  const lives = {
    ...around(recordings.map((one) => one.episode), episode),
    go: (to: number | null) => to !== null && void navigate(path(to)),
  };
  const flags = useMemo(() => {
    if (!life.data) return [];
    const shown: Life = life.data;
    const own = marksOf(recordings, level).filter((mark) => mark.episode === shown.number);
    const steps = [...own.map((mark) => momentFor(mark.reason, shown, level, recordings)), ...(notes.data ?? []).filter((note) => note.episode === shown.number).map((note) => note.step)];
    return [...new Set(steps)].map((t) => ({ t }));
  }, [life.data, recordings, level, notes.data]);
  const shelf = <Shelf run={run} level={level} player={player} recordings={recordings} episode={episode} notes={notes} field={field} tab={tab} setTab={setTab} />;
  if (life.error) {
    return (
      <>
        <title>{`${run.name} · ${tr("Replay")} · Hamlet`}</title>
        <RunBar run={run} page="replay" />
        <main id="main" tabIndex={-1} className="watch">
          <section className="card solo">
            <Empty level={1} title={life.error instanceof ApiError && life.error.status === 410 ? tr("The file of this life is gone") : tr("This life could not be read")} action={<Button kind="primary" onClick={() => void life.refetch()}>{tr("Try again")}</Button>}>
              {life.error.message}
            </Empty>
          </section>
        </main>
      </>
    );
  }
  return (
    <>
      <Theatre
        page="replay"
        run={run}
        level={level}
        player={player}
        live={false}
        lives={lives}
        flags={flags}
        stop={null}
        notice={null}
        badge={
          <>
            <Sealed life={life.data ?? null} />
            <Link className="btn" to={paths.compareLives(`${run.id}:${episode}`)}>
              <Icon name="columns" />
              <span className="tuck">{tr("Compare this life")}</span>
            </Link>
            <Button icon="download-simple" onClick={() => setTaking(true)}>
              <span className="tuck">{tr("Take home")}</span>
            </Button>
          </>
        }
        compact={
          <>
            <Sealed life={life.data ?? null} />
            <Button icon="download-simple" aria-label={tr("Take this life home")} onClick={() => setTaking(true)} />
          </>
        }
        panel={{ label: tr("Lives"), content: shelf }}
        below={
          <section className="card shelf" aria-label={tr("Recorded lives")}>
            {shelf}
          </section>
        }
        empty={(phone) => (
          <>
            {phone && <RunBar run={run} page="replay" />}
            <main id="main" tabIndex={-1} className="watch">
              <Connecting />
            </main>
          </>
        )}
      />
      <TakeHome run={run} episode={episode} steps={life.data?.end?.steps ?? 0} open={taking} onClose={() => setTaking(false)} />
    </>
  );
}

function Sealed({ life }: { life: Life | null }) {
  return (
    <span className="chip lg sealed">
      <Icon name="clock-counter-clockwise" />
      {tr("Replay")}
      <Verdict life={life} />
    </span>
  );
}

type ShelfProps = KeptProps & {
  player: ReturnType<typeof usePlayer>["player"];
  notes: Notes;
  field: RefObject<HTMLInputElement | null>;
  tab: "lives" | "bookmarks";
  setTab: (tab: "lives" | "bookmarks") => void;
};

function Shelf({ tab, setTab, field, player, notes, ...kept }: ShelfProps) {
  return (
    <div className="shelfin">
      <Segmented
        label={tr("Go to")}
        full
        options={[
          { value: "lives", label: tr("Recorded lives {n}", { n: kept.recordings.length }) },
          { value: "bookmarks", label: tr("Bookmarks") },
        ]}
        value={tab}
        onChange={setTab}
      />
      {tab === "lives" ? <Lives {...kept} /> : <Bookmarks {...kept} player={player} notes={notes} field={field} />}
    </div>
  );
}
