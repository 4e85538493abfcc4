import type { Level, Run } from "@/api";
import type { Counted } from "./census";
import { Deaths } from "./Deaths";
import { Habits } from "./Habits";
import type { Player } from "./player";
import { Rewards } from "./Rewards";
import { useShown } from "./useShown";
import "./below.css";

interface Props {
  run: Run;
  level: Level;
  player: Player;
  counted: Counted;
}

/** Under the stage: what all lives make a habit of, what this one is rewarded for, and what they die of. */
export function Below({ run, level, player, counted }: Props) {
  return (
    <div className="belows">
      <Habits level={level} counted={counted} />
      <Earned level={level} player={player} />
      <Deaths run={run} level={level} counted={counted} />
    </div>
  );
}

function Earned({ level, player }: Pick<Props, "level" | "player">) {
  const { life, moment } = useShown(player);
  return <Rewards level={level} life={life} moment={moment} />;
}
