import type { Run } from "@/api";
import { format, Icon } from "@/ui";
import { tr } from "@/words";
import { badgeOf } from "./badge";
import type { Badge } from "./badge";
import type { Player } from "./player";
import { STEPS_PER_SECOND } from "./store";
import { useNow, useWatch } from "./usePlayer";

/** How far the screen is behind the training. Read out only when its kind changes, not at every millisecond. */
export function LiveBadge({ run, player, compact }: { run: Run | undefined; player: Player; compact?: boolean }) {
  const now = useNow(500, true);
  const watch = useWatch(player, (w) => w);
  const badge = badgeOf(watch, run, now);
  const why = badge.kind === "live" ? explained(badge.delay, watch.stage?.meta.pace ?? null, watch.speed) : undefined;
  return (
    <>
      <span className="sr" role="status">
        {spoken(badge)}
      </span>
      <Shown badge={badge} why={why} compact={compact} />
    </>
  );
}

function Shown({ badge, why, compact }: { badge: Badge; why?: string; compact?: boolean }) {
  switch (badge.kind) {
    case "live":
      return (
        <span className={badge.late ? "live late" : "live"} title={why}>
          <span className="dot" />
          {tr("LIVE")}
          {badge.text && <span className="ms">{badge.text}</span>}
        </span>
      );
    case "behind":
      return (
        <span className="chip lg">
          <Icon name="clock-counter-clockwise" />
          {compact ? badge.short : badge.text}
        </span>
      );
    case "silent":
      return (
        <span className="chip lg warn" title={badge.turn ? tr("Runs take turns on the workers; this one waits for its next") : tr("The trainer sends no steps: it may be at an examination")}>
          <Icon name="clock" />
          {badge.turn ? (compact ? tr("Waits") : tr("Waits for its turn")) : compact ? tr("{seconds} s silent", { seconds: badge.seconds }) : tr("No steps for {seconds} s", { seconds: badge.seconds })}
        </span>
      );
    default: {
      const [kind, icon, text, short] = state(badge);
      return (
        <span className={`chip lg ${kind}`}>
          <Icon name={icon} />
          {compact ? (short ?? text) : text}
        </span>
      );
    }
  }
}

/** Colour, picture and words of a state in which no step comes; the words for little room, where there are shorter ones. */
function state(badge: Exclude<Badge, { kind: "live" | "silent" | "behind" }>): [kind: string, icon: string, text: string, short?: string] {
  switch (badge.kind) {
    case "lost":
      return ["warn", "wifi-slash", tr("Reconnecting")];
    case "finished":
      return ["ok", "flag-checkered", tr("Finished, {lives} lives", { lives: format.count(badge.episodes) }), tr("Finished")];
    case "queued":
      return ["", "clock", badge.place ? tr("{place} in line", { place: format.ordinal(badge.place) }) : tr("Queued")];
    case "warming":
      return ["", "clock", tr("Warming up")];
    case "pausing":
      return ["warn", "pause", tr("Training pauses"), tr("Pausing")];
    case "paused":
      return ["", "pause", tr("Training paused"), tr("Paused")];
    case "stopping":
      return ["warn", "stop-circle", tr("Stopping")];
    case "stopped":
      return ["", "stop-circle", tr("Stopped")];
    case "failed":
      return ["bad", "warning", tr("Failed")];
    case "connecting":
      return ["", "clock", tr("Connecting")];
  }
}

function spoken(badge: Badge): string {
  if (badge.kind === "live") return badge.late ? tr("Live, late") : tr("Live");
  if (badge.kind === "silent") return badge.turn ? tr("Waits for its turn") : tr("The trainer sends no steps");
  return badge.kind === "behind" ? tr("Behind the training") : state(badge)[2];
}

function explained(delay: number | null, pace: number | null, speed: number): string {
  if (delay === null) return tr("The delay is being measured");
  const measured = tr("{delay} ms from the trainer's clock to this screen, 95th percentile of what was painted in the last 5 s.", { delay: Math.round(delay) });
  return pace !== null
    ? `${measured} ${tr("The run is held to {pace} steps/s, and you see the very step.", { pace })}`
    : `${measured} ${tr("The trainer runs at full speed; you see its newest whole life at {speed} steps/s.", { speed: speed * STEPS_PER_SECOND })}`;
}

/** The connection's strip, with the seconds counting up. */
export function useLostFor(player: Player): number | null {
  const link = useWatch(player, (w) => w.link);
  const lost = link.state === "lost";
  const now = useNow(1_000, lost);
  return lost ? Math.max(0, Math.round((now - link.since) / 1_000)) : null;
}
