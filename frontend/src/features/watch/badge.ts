/** What the badge says: measured, not promised. */
import type { Run } from "@/api";
import { format } from "@/ui";
import { tr } from "@/words";
import { behindOf, delayOf, silentFor } from "./store";
import type { Watch } from "./store";

export type Badge =
  | { kind: "connecting" | "warming" | "lost" | "pausing" | "paused" | "stopping" | "stopped" | "failed" }
  | { kind: "queued"; place: number | null }
  | { kind: "finished"; episodes: number }
  | { kind: "live"; delay: number | null; late: boolean; text: string }
  | { kind: "silent"; seconds: number; turn: boolean }
  | { kind: "behind"; text: string; short: string };

const LATE = 1_000;
/** An examination or another run's turn may hold the steps up for a moment; longer is said. */
const SILENT = 5_000;

export function badgeOf(w: Watch, run: Pick<Run, "state" | "place" | "episodes"> | undefined, now: number): Badge {
  if (!run) return { kind: "connecting" };
  if (run.state === "finished") return { kind: "finished", episodes: run.episodes };
  if (run.state === "stopped" || run.state === "failed") return { kind: run.state };
  if (w.link.state === "lost") return { kind: "lost" };
  if (run.state === "queued" && !w.stage) return { kind: "queued", place: run.place };
  if (w.link.state === "connecting" && !w.stage) return { kind: "connecting" };
  const ending = run.state === "pausing" || run.state === "paused" || run.state === "stopping" ? run.state : null;
  if (!w.stage) return { kind: ending ?? "warming" };
  const behind = behindOf(w);
  if (behind) return { kind: "behind", ...(w.replay ? same(tr("Replay")) : behindText(behind)) };
  if (ending) return { kind: ending };
  const silent = silentFor(w, now);
  if (silent >= SILENT) return { kind: "silent", seconds: Math.floor(silent / 1_000), turn: run.state === "queued" };
  const delay = delayOf(w, now);
  return { kind: "live", delay, late: delay !== null && delay >= LATE, text: delay === null ? "" : delayText(delay) };
}

const same = (text: string) => ({ text, short: text });

function behindText(behind: { steps: number } | { lives: number }): { text: string; short: string } {
  if ("lives" in behind) return same(tr("{n} life behind|{n} lives behind", { n: behind.lives }));
  if (behind.steps === 0) return same(tr("Picture paused"));
  return { text: tr("{n} step behind|{n} steps behind", { n: behind.steps }), short: tr("{n} behind", { n: behind.steps }) };
}

/** "184 ms", "2.1 s", "12 s" */
export function delayText(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  return ms < 9_950 ? `${format.fixed(ms / 1_000, 1)} s` : `${Math.round(ms / 1_000)} s`;
}
