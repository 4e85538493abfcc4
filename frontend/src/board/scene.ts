import { tr } from "@/words";
import { cellName } from "./town";
import type { Crowd } from "./crowd";
import type { Layout, Town } from "./town";

/** Everything a picture of the town shows; the picture is a function of it. Cells are [column, row] from the upper left. */
export interface Scene {
  town: Town;
  layout: Layout;
  /** 0 to 23; null where no clock runs */
  hour: number | null;
  agent: Agent | null;
  /** cells the agent came through, oldest first, up to the cell before the present one */
  trail: readonly Footstep[];
  /** visits per cell (row by row), for the heat overlay; null = not shown */
  heat: ArrayLike<number> | null;
  /** how new each cell is to the curiosity network (row by row), null where that was never measured; null or left out = not shown */
  novelty?: readonly (number | null)[] | null;
  /** what a mind would do in each cell (row by row), null where nothing is allowed */
  policy?: readonly (PolicyCell | null)[] | null;
  /** all lanes at once, instead of the agent of one; null or left out = not shown */
  crowd?: Crowd | null;
  /** several lives at once, each in a colour of its own, instead of the agent of one */
  ghosts?: readonly Ghost[] | null;
  /** fog over all that the agent cannot see */
  sight: boolean;
}

export interface Agent {
  x: number;
  y: number;
  /** where it stood one step before, and how far it has come since, 0..1 */
  from: readonly [number, number];
  glide: number;
  /** direction of the move it has chosen; [0, 0] for a choice that is no move */
  toward: readonly [number, number];
  state: "alive" | "dead";
  /** ticks done of a use that takes several */
  ring: { done: number; of: number } | null;
}

/** One of several lives on the same board. */
export interface Ghost {
  agent: Agent;
  trail: readonly Footstep[];
  /** its number, from 0: names its colour and stands on it */
  number: number;
}

export interface PolicyCell {
  /** number of the best allowed action */
  action: number;
  kind: "move" | "interact" | "wait";
  dx: number;
  dy: number;
  /** its Q-value, and how much better it is than the second-best */
  value: number;
  margin: number;
  /** the margin as a share of the largest on the board, 0..1 */
  sure: number;
}

export interface Footstep {
  x: number;
  y: number;
  /** the dice chose the step that led on from here */
  random: boolean;
}

/** "16:00. Agent at g7, choosing LEFT." */
export function sentence(scene: Scene, choice: string | null): string {
  const { town, agent, hour } = scene;
  const time = hour === null ? "" : `${String(hour).padStart(2, "0")}:00. `;
  if (!agent) return time + tr("Town of {width} by {height} cells. Nobody is in it.", { width: town.width, height: town.height });
  const at = cellName(town, agent.x, agent.y);
  if (agent.state === "dead") return time + tr("The agent died at {at}.", { at });
  return time + (choice ? tr("Agent at {at}, choosing {choice}.", { at, choice }) : tr("Agent at {at}.", { at }));
}
