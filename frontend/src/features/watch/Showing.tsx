import { useQuery } from "@tanstack/react-query";
import type { UseQueryOptions } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Level } from "@/api";
import { Board, placeAt, sentence } from "@/board";
import type { SceneSource, Town } from "@/board";
import { townOf } from "@/level";
import { Button, Empty, format, Skeleton, useKeys } from "@/ui";
import { momentOf, pageNow } from "@/wire";
import type { Life } from "@/wire";
import { rich, tr } from "@/words";
import { Body } from "./Body";
import { GridSheet } from "./BoardSheets";
import { endTitle } from "./causes";
import { Dock } from "./Dock";
import type { Place } from "./level";
import { around } from "./lives";
import { Mind } from "./Mind";
import { PlaceSheet } from "./PlaceSheet";
import { playKeys } from "./playKeys";
import type { Player } from "./player";
import { sceneOf } from "./scene";
import { isOver, show } from "./store";
import { useMedia, usePlayer, useWatch } from "./usePlayer";
import { useShown } from "./useShown";
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
  /** the page has nothing else that its keys could mean */
  keys?: boolean;
}

/** Recorded lives inside another page: the board, body and mind of one of them over its timeline. */
export function Showing({ id, level, known, episode, onEpisode, life, keys = false }: Props) {
  const { player } = usePlayer(id, false);
  useKeys(keys ? playKeys(player) : NO_KEYS);
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
      <Empty title={tr("This life could not be read")} action={<Button onClick={() => void found.refetch()}>{tr("Try again")}</Button>}>
        {found.error.message}
      </Empty>
    );
  }
  return (
    <div className="showing">
      <div className="showboard" style={{ ["--ratio" as string]: `${level.width} / ${level.height}` }}>
        {whole ? (
          <Stage level={level} town={town} player={player} onPlace={(index) => setPlace(level.places.find((one) => one.index === index) ?? null)} onGrid={() => setGrid(true)} />
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
const NO_KEYS = {};
const OVERLAYS = { trail: true, field: null } as const;

interface StageProps {
  level: Level;
  town: Town;
  player: Player;
  onPlace: (index: number) => void;
  onGrid: () => void;
}

/** The board, and what the life came to when it is over. */
function Stage({ level, town, player, onPlace, onGrid }: StageProps) {
  const still = useMedia("(prefers-reduced-motion: reduce)");
  const calm = useRef(still);
  useEffect(() => {
    calm.current = still;
  }, [still]);
  const source = useMemo(
    (): SceneSource => ({ subscribe: player.onDraw, scene: () => sceneOf(player.state(), level, town, OVERLAYS, pageNow(), calm.current) }),
    [player, level, town],
  );
  const label = useWatch(player, (w) => {
    const scene = sceneOf(w, level, town, OVERLAYS, w.since, true);
    const choice = w.stage && momentOf(w.stage, w.t).choice;
    return scene ? sentence(scene, choice ? level.actions[choice.action]!.name : null) : tr("The town. No life on stage yet.");
  });
  const over = useWatch(player, (w) => (isOver(w) ? w.stage : null));
  return (
    <div className="stagebox">
      <Board
        town={town}
        source={source}
        label={label}
        coords
        onCell={(x, y) => {
          const life = player.state().stage;
          const place = life && placeAt(town, life.meta.layout, x, y);
          if (place) onPlace(place.index);
        }}
        onEnter={onGrid}
      />
      {over?.end && (
        <p className="showend" role="status">
          {rich("<b>{end}</b> after {steps} steps", { end: endTitle(level, over), steps: format.count(over.end.steps) })}
        </p>
      )}
    </div>
  );
}

/** What it thinks and feels at the moment on stage. */
function Rooms({ level, town, player }: { level: Level; town: Town; player: Player }) {
  const { life, moment, still } = useShown(player);
  return (
    <>
      <Mind level={level} town={town} life={life} moment={moment} still={still} />
      <Body level={level} life={life} moment={moment} still={still} />
    </>
  );
}
