import { Link } from "react-router";
import type { Run } from "@/api";
import { paths } from "@/paths";
import { Icon } from "@/ui";
import { rich, tr } from "@/words";

/** Where a run goes on from, as a link to there; nothing for one that began at the beginning. */
export function ForkedFrom({ run: { fork } }: { run: Pick<Run, "fork"> }) {
  if (!fork) return null;
  return (
    <p className="forked">
      <Icon name="git-branch" />
      <span>
        {fork.run && fork.name
          ? rich("Forked from {run} at step {n}", { run: <Link to={paths.watch(fork.run)}>{fork.name}</Link>, n: fork.steps })
          : tr("Forked from a run that is not here at step {n}", { n: fork.steps })}
      </span>
    </p>
  );
}

/** A run's tags, as chips; nothing where there is none. */
export function Tags({ tags, onPick }: { tags: readonly string[]; onPick?: (tag: string) => void }) {
  if (tags.length === 0) return null;
  return (
    <span className="run-tags">
      {tags.map((tag) =>
        onPick ? (
          <button key={tag} type="button" className="chip" title={tr("Only runs tagged {tag}", { tag })} onClick={() => onPick(tag)}>
            {tag}
          </button>
        ) : (
          <span key={tag} className="chip">
            {tag}
          </span>
        ),
      )}
    </span>
  );
}
