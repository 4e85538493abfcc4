import type { Run } from "@/api";
import { format, Icon } from "@/ui";
import { heard, named, tr } from "@/words";

const NETWORKS: Record<string, string> = { simple: "MLP", recurrent: "CNN + LSTM" };
/** "simple" → "MLP" */
export const networkTitle = (network: string): string => NETWORKS[network] ?? network;

/** What a run is made of, in a few words: "Full observability · MLP". */
export const recipe = (run: Pick<Run, "level_title" | "network">): string => `${named(run.level_title)} · ${networkTitle(run.network)}`;

/** The run's state as a word with its colour and sign. */
export function StateMark({ run, detail }: { run: Pick<Run, "state" | "steps" | "place" | "message" | "paused_by">; detail?: boolean }) {
  switch (run.state) {
    case "training":
      return mark("var(--live)", tr("Training"));
    case "stopping":
      return mark("var(--warn)", tr("Stopping"));
    case "pausing":
      return mark("var(--warn)", tr("Pausing"));
    case "paused":
      return mark("var(--ink-2)", tr("Paused"), "pause", detail && run.paused_by ? tr("by {name}", { name: run.paused_by }) : undefined);
    case "queued":
      if (run.steps > 0) return mark("var(--live)", tr("Training"), "clock", detail ? tr("waits for its turn") : undefined);
      return mark("var(--ink-2)", tr("Queued"), "clock", detail && run.place ? tr("{place} in line", { place: format.ordinal(run.place).toLowerCase() }) : undefined);
    case "finished":
      return mark("var(--ok)", tr("Finished"), "check-circle");
    case "stopped":
      return mark("var(--ink-2)", tr("Stopped"), "stop");
    case "failed":
      return mark("var(--danger)", tr("Failed"), "warning", detail ? heard(run.message) : undefined);
  }
}

function mark(color: string, word: string, icon?: string, note?: string) {
  return (
    <span className="state" style={{ color }}>
      {icon ? <Icon name={icon} weight={icon === "clock" ? "regular" : "fill"} /> : <span className="dot" />}
      {word}
      {note && <small title={note}>{note}</small>}
    </span>
  );
}
