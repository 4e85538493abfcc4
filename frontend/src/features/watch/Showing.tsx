import { useQuery } from "@tanstack/react-query";
import type { UseQueryOptions } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import type { Level } from "@/api";
import { townOf } from "@/level";
import { Button, Empty, Skeleton } from "@/ui";
import type { Life } from "@/wire";
import { Body } from "./Body";
import { Dock } from "./Dock";
import { GridSheet } from "./BoardSheets";
import type { Place } from "./level";
import { around } from "./lives";
import { Mind } from "./Mind";
import { PlaceSheet } from "./PlaceSheet";
import type { Player } from "./player";
import { show } from "./store";
import { usePlayer } from "./usePlayer";
import { useShown } from "./useShown";
import { Stage } from "./World";
import "./watch.css";
import "./panels.css";
import "./showing.css";

interface Props {
  /** whose lives these are, for the stage */
  id: string;
  level: Level;
  /** numbers of the lives there are */
  known: readonly number[];
  episode: number;
  onEpisode: (episode: number) => void;
  /** a life, whole */
  life: UseQueryOptions<Life, Error, Life, readonly unknown[]>;
}

/** Recorded lives inside another page: the board, body and mind of one of them over its timeline. */
export function Showing({ id, level, known, episode, onEpisode, life }: Props) {
  const { player } = usePlayer(id, false);
  const town = useMemo(() => townOf(level), [level]);
  const found = useQuery(life);
  const [place, setPlace] = useState<Place | null>(null);
  const [grid, setGrid] = useState(false);
  const whole = found.data;
  useEffect(() => {
    if (whole && player.state().stage !== whole) player.act((w, now) => show(w, whole, now));
  }, [player, whole]);
  const lives = { ...around(known, episode), go: (to: number | null) => to !== null && onEpisode(to) };
  if (found.error) {
    return (
      <Empty title="This life could not be read" action={<Button onClick={() => void found.refetch()}>Try again</Button>}>
        {found.error.message}
      </Empty>
    );
  }
  return (
    <div className="showing">
      <div className="showboard" style={{ ["--ratio" as string]: `${level.width} / ${level.height}` }}>
        {whole ? (
          <Stage
            run={id}
            level={level}
            town={town}
            player={player}
            overlays={OVERLAYS}
            onPlace={(index) => setPlace(level.places.find((one) => one.index === index) ?? null)}
            onGrid={() => setGrid(true)}
          />
        ) : (
          <Skeleton height="100%" radius={14} />
        )}
      </div>
      <div className="showrooms">
        <Rooms level={level} town={town} player={player} />
      </div>
      <Dock level={level} player={player} live={false} lives={lives} />
      <PlaceSheet level={level} player={player} place={place} onClose={() => setPlace(null)} />
      <GridSheet level={level} town={town} player={player} open={grid} onClose={() => setGrid(false)} />
    </div>
  );
}
const OVERLAYS = { trail: true, field: null } as const;

/** What it thinks and feels at the moment on stage. */
function Rooms({ level, town, player }: { level: Level; town: ReturnType<typeof townOf>; player: Player }) {
  const { life, moment, still } = useShown(player);
  return (
    <>
      <Mind level={level} town={town} life={life} moment={moment} still={still} />
      <Body level={level} life={life} moment={moment} still={still} />
    </>
  );
}
