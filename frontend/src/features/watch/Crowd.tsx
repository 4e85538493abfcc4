import { format, Icon } from "@/ui";
import { delayText } from "./badge";
import type { CrowdView, CrowdWords } from "./useCrowd";

/** What the dots are, and how old they are: all lives of the run just now, not the life in the other panels. */
export function CrowdCaption({ crowd, run }: { crowd: CrowdView; run: string }) {
  if (!crowd.on) return null;
  return (
    <p className="crowdcap" aria-label="All lives at once">
      <Icon name="users" />
      {captionOf(crowd.words, run)}
    </p>
  );
}

/** A picture older than this is not of now. */
const STALE = 2_000;

export function captionOf({ look, shown, of, age }: CrowdWords, run: string): string {
  if (look === "refused") return "The lives of this run cannot be shown.";
  if (look === "lost") return "Connection lost. Trying again.";
  if (shown === null) return `Waiting for the lives of ${run}`;
  const lanes = shown < of ? `The first ${format.count(shown)} of ${format.count(of)} lives of ${run}` : of === 1 ? `The one life of ${run}` : `All ${format.count(of)} lives of ${run}`;
  if (age === null) return `${lanes}, now`;
  return age > STALE ? `${lanes}, as they stood ${delayText(age)} ago` : `${lanes}, ${delayText(age)} ago`;
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
      pale: young
      <br />
      dark: old
      <br />
      blue: watched
    </div>
  );
}
