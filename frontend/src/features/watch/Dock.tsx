import { useQuery, useQueryClient } from "@tanstack/react-query";
import { paceText } from "@/chrome";
import { Button, format, Icon, toast } from "@/ui";
import type { Level } from "@/api";
import { lastMoment } from "@/wire";
import type { Life } from "@/wire";
import { rich, tr } from "@/words";
import { returnsOf } from "./facts";
import { Lifeline } from "./Lifeline";
import type { Flag } from "./lifeline";
import { around } from "./lives";
import type { Player } from "./player";
import { recordingQuery, recordingsQuery } from "./queries";
import { followsEdge, goLive, setSpeed, show, SPEEDS, step, STEPS_PER_SECOND, toggle } from "./store";
import type { Watch } from "./store";
import { useProof } from "./useProof";
import { useWatch } from "./usePlayer";

/** The lives before and after the one on stage, and the way to them. */
export interface Neighbours {
  previous: number | null;
  next: number | null;
  go: (episode: number | null) => void;
}

interface Props {
  level: Level;
  player: Player;
  /** the run has not ended: there is a present to go back to */
  live: boolean;
  /** nobody trains it for now: what is newest is not live */
  resting?: boolean;
  lives: Neighbours;
  flags?: readonly Flag[];
}

/** The timeline: transport, lifeline, and where in which life we are. */
export function Dock({ level, player, live, resting, lives, flags }: Props) {
  return (
    <section className="dock card" aria-label={tr("Timeline")}>
      <div className="tp">
        <Transport player={player} />
        <Speeds player={player} />
        {live && <LiveButton player={player} resting={resting} />}
      </div>
      <Lifeline level={level} player={player} flags={flags} />
      <Episode level={level} player={player} lives={lives} />
    </section>
  );
}

export function PlayButton({ player }: { player: Player }) {
  const playing = useWatch(player, (w) => w.playing);
  const empty = useWatch(player, (w) => !w.stage);
  return (
    <button type="button" className="play" disabled={empty} aria-label={playing ? tr("Pause the picture") : tr("Play the picture")} title={playing ? tr("Pause the picture, for you alone (Space)") : tr("Play the picture, for you alone (Space)")} onClick={() => player.act(toggle)}>
      <Icon name={playing ? "pause" : "play"} weight="fill" />
    </button>
  );
}

export function Transport({ player }: { player: Player }) {
  const empty = useWatch(player, (w) => !w.stage);
  return (
    <>
      <Button kind="ghost" icon="skip-back" aria-label={tr("Step back")} title={tr("Step back (←)")} disabled={empty} onClick={() => player.act((w, now) => step(w, -1, now))} />
      <PlayButton player={player} />
      <Button kind="ghost" icon="skip-forward" aria-label={tr("Step on")} title={tr("Step on (→)")} disabled={empty} onClick={() => player.act((w, now) => step(w, 1, now))} />
    </>
  );
}

/** Each viewer's own speed; a run held to a pace is followed at its pace. */
export function Speeds({ player }: { player: Player }) {
  const speed = useWatch(player, (w) => w.speed);
  const edge = useWatch(player, followsEdge);
  const pace = useWatch(player, (w) => w.stage?.meta.pace ?? null);
  if (edge && pace !== null) {
    return (
      <span className="chip lg" title={tr("The run is held to this pace, so that all see the very step being trained")}>
        <Icon name="gauge" />
        {paceText(pace)}
      </span>
    );
  }
  return (
    <div className="seg" role="group" aria-label={tr("Speed")}>
      {SPEEDS.map(([key, each]) => (
        <button key={each} type="button" aria-pressed={each === speed} title={tr("{n} steps per second ({key})", { n: each * STEPS_PER_SECOND, key })} onClick={() => player.act((w, now) => setSpeed(w, each, now))}>
          {each === 0.25 ? "¼" : each}×
        </button>
      ))}
    </div>
  );
}

export function LiveButton({ player, short, resting }: { player: Player; short?: boolean; resting?: boolean }) {
  const follow = useWatch(player, (w) => w.follow);
  const still = useWatch(player, (w) => w.link.state === "lost") || resting;
  const live = short ? tr("LIVE") : tr("Live");
  return (
    <button type="button" className={follow ? (still ? "golive resting" : "golive") : "golive behind"} aria-pressed={follow} onClick={() => player.act(goLive)}>
      <span className="dot" />
      {follow ? (still ? tr("Newest") : live) : still ? tr("Jump to newest") : tr("Jump to live")}
      {!follow && !short && <kbd>L</kbd>}
    </button>
  );
}

/** Number of the life, the way to its neighbours, and its sums. */
function Episode({ level, player, lives }: Omit<Props, "live" | "flags">) {
  const life = useWatch(player, (w) => w.stage);
  const t = useWatch(player, (w) => w.t);
  const passed = useWatch(player, (w) => w.passed);
  const { previous, next, go } = lives;
  const returns = life && returnsOf(life, level);
  const row = life && life.length ? Math.min(t, life.length - 1) : null;
  const reward = life && row !== null ? life.rows.reward[row]! : null;
  const over = life?.end && t === lastMoment(life);
  return (
    <div className="epi">
      <div className="r1">
        <Button kind="ghost" size="sm" icon="caret-left" aria-label={tr("Earlier life")} title={tr("Earlier life ([)")} disabled={previous === null} onClick={() => go(previous)} />
        <span title={tr("Number of this life in the watched lane; the other lanes are not shown")}>{tr("Episode {number}", { number: life ? format.count(life.number) : "–" })}</span>
        <Button kind="ghost" size="sm" icon="caret-right" aria-label={tr("Later life")} title={tr("Later life (])")} disabled={next === null} onClick={() => go(next)} />
      </div>
      <div className="kv">
        <span>
          {rich("<b>{step} / {all}</b>step", { step: format.count(t), all: format.count(life?.end ? life.end.steps : level.lifespan) })}
        </span>
        <span>
          {rich("<b>{sum}</b>return", { sum: returns && row !== null ? format.fixed(over ? life.end!.return : returns[row + 1]!, 1) : "–" })}
        </span>
        <span>
          {rich("<b>{reward}</b>this step", { reward: reward === null ? "–" : `${reward < 0 ? "−" : "+"}${format.fixed(Math.abs(reward), 2)}` })}
        </span>
      </div>
      <p className="pass">
        {passed > 0 && tr("{passed} life passed before it|{passed} lives passed before it", { passed: format.count(passed), n: passed })}
        <Verdict life={life} />
      </p>
    </div>
  );
}

/** Whether the life on stage is the trainer's own, to the bit; nothing while that is being found out. */
export function Verdict({ life }: { life: Life | null }) {
  const proof = useProof(life);
  if (proof === null || !life?.end) return null;
  return (
    <span className={proof ? "ok" : "bad"} title={proof ? tr("Every step of this life fits the trainer's chain of hashes") : tr("This life does not fit the trainer's chain of hashes")}>
      <Icon name={proof ? "shield-check" : "warning"} weight={proof ? "regular" : "fill"} />
      {proof ? tr("verified") : tr("not what was trained")}
    </span>
  );
}

/** Lives before and after the one on stage: those seen in this tab, and those that were kept. */
export function useNeighbours(run: string, player: Player): Neighbours {
  const cache = useQueryClient();
  const recordings = useQuery(recordingsQuery(run)).data;
  const shelf = useWatch(player, (w) => w.shelf);
  const number = useWatch(player, (w) => w.stage?.number ?? null);
  const { previous, next } = around([...shelf.map((life) => life.number), ...(recordings ?? []).map(({ episode }) => episode)], number);
  const go = (episode: number | null) => {
    if (episode === null) return;
    const seen = shelf.find((life) => life.number === episode);
    if (seen) return player.act((w, now) => show(w, seen, now));
    cache
      .fetchQuery(recordingQuery(run, episode))
      .then((life) => player.act((w: Watch, now) => show(w, life, now)))
      .catch(() => toast(tr("Life {episode} could not be fetched.", { episode: format.count(episode) })));
  };
  return { previous, next, go };
}
