import { format } from "@/ui";
import { rich, tr } from "@/words";
import type { MindState, PolicyMap, Thought } from "./useMind";
import { signed } from "./choice";

interface Props {
  mind: MindState;
  thought: Thought;
  /** the run still trains: a newer mind will come */
  live: boolean;
  setSteps: (steps: number | null) => void;
}

/** Whose policy is on the board, and a slider over the minds this run has had. */
export function MindStrip({ mind, thought, live, setSteps }: Props) {
  const { checkpoints, chosen, newest, known } = mind;
  const problem = mind.problem ?? thought.problem;
  const map = thought.map?.checkpoint.id === chosen?.id ? thought.map : null;
  const at = chosen ? checkpoints.indexOf(chosen) : -1;
  if (!chosen) {
    return (
      <p className="mindstrip" role="status">
        {problem ?? (!known ? tr("Looking for its minds") : live ? tr("No checkpoint yet: the first mind can be looked into some seconds after training begins.") : tr("This run has kept no checkpoint."))}
      </p>
    );
  }
  const words = `${format.count(chosen.steps)} steps`;
  return (
    <div className="mindstrip">
      <span className="who">
        {newest && live ? rich("<b>Newest mind</b> after {words}", { words }) : rich("<b>Mind</b> after {words}", { words })}
      </span>
      {checkpoints.length > 1 && (
        <input
          className="rg"
          type="range"
          aria-label={tr("Mind over training")}
          aria-valuetext={words}
          min={0}
          max={checkpoints.length - 1}
          step={1}
          value={at}
          style={{ ["--v" as string]: `${(at / (checkpoints.length - 1)) * 100}%` }}
          onChange={(event) => {
            const to = Number(event.target.value);
            setSteps(to === checkpoints.length - 1 ? null : checkpoints[to]!.steps);
          }}
        />
      )}
      <span className="how">
        {problem ?? (map ? [valuesOf(map), map.remembers ? tr("with its memory of this life") : tr("this moment's meters"), `${Math.max(1, Math.round(map.took))} ms`].join(" · ") : tr("thinking"))}
      </span>
    </div>
  );
}

/** "Q 0.31 to 0.72": the least and the largest best value on the board */
function valuesOf({ cells }: PolicyMap): string {
  const values = cells.flatMap((cell) => (cell ? [cell.value] : []));
  if (!values.length) return "no action is allowed";
  const low = Math.min(...values);
  const high = Math.max(...values);
  const digits = high - low >= 0.5 ? 2 : 3;
  return `Q ${signed(low, digits)} to ${signed(high, digits)}`;
}
