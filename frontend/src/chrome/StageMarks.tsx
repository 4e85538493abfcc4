import { useQuery } from "@tanstack/react-query";
import { levelQuery } from "@/api";
import type { Run } from "@/api";
import { tr } from "@/words";

/** How far up the curriculum a run is: done, present, to come. Nothing for a run without stages. */
export function StageMarks({ run }: { run: Pick<Run, "level" | "stage" | "state"> }) {
  const level = useQuery({ ...levelQuery(run.level), enabled: run.stage !== null }).data;
  if (run.stage === null) return null;
  const stage = run.stage;
  const count = Math.max(stage, level ? level.curriculum.multipliers.length + 1 : stage);
  const over = !["training", "pausing", "stopping"].includes(run.state);
  return (
    <span className="stg" role="img" aria-label={level ? tr("Stage {stage} of {count}", { stage, count }) : tr("Stage {stage}", { stage })}>
      {Array.from({ length: count }, (_, i) => (
        <i key={i} className={i + 1 < stage || (over && i + 1 === stage) ? "d" : i + 1 === stage ? "n" : ""} />
      ))}
    </span>
  );
}
