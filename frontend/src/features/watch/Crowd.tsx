import { format, Icon } from "@/ui";
import { tr } from "@/words";
import { delayText } from "./badge";
import type { CrowdView, CrowdWords } from "./useCrowd";

/** What the dots are, and how old they are: all lives of the run just now, not the life in the other panels. */
export function CrowdCaption({ crowd, run }: { crowd: CrowdView; run: string }) {
  if (!crowd.on) return null;
  return (
    <p className="crowdcap" aria-label={tr("All lives at once")}>
      <Icon name="users" />
      {captionOf(crowd.words, run)}
    </p>
  );
}

/** A picture older than this is not of now. */
const STALE = 2_000;

export function captionOf({ look, shown, of, age }: CrowdWords, run: string): string {
  if (look === "refused") return tr("The lives of this run cannot be shown.");
  if (look === "lost") return tr("Connection lost. Trying again.");
  if (shown === null) return tr("Waiting for the lives of {run}", { run });
  const lanes = shown < of ? tr("The first {shown} of {of} lives of {run}", { shown: format.count(shown), of: format.count(of), run }) : of === 1 ? tr("The one life of {run}", { run }) : tr("All {of} lives of {run}", { of: format.count(of), run });
  if (age === null) return `${lanes}, now`;
  return age > STALE ? tr("{lanes}, as they stood {age} ago", { lanes, age: delayText(age) }) : tr("{lanes}, {age} ago", { lanes, age: delayText(age) });
}

export function CrowdLegend() {
  return (
    <div className="legend">
      <svg width="60" height="34" aria-hidden="true">
        <circle cx="12" cy="9" r="4.6" fill="var(--ink)" opacity=".22" />
        <circle cx="30" cy="9" r="4.6" fill="var(--ink)" opacity=".55" />
        <circle cx="48" cy="9" r="4.6" fill="var(--ink)" opacity=".9" />
        <circle cx="30" cy="26" r="7" fill="var(--accent)" />
      </svg>
      {tr("pale: young")}
      <br />
      {tr("dark: old")}
      <br />
      {tr("blue: watched")}
    </div>
  );
}
