import { useEffect, useMemo, useRef } from "react";
import type { Level } from "@/api";
import { Board, sentence } from "@/board";
import type { SceneSource } from "@/board";
import { useMedia } from "@/features/watch/parts";
import { townOf } from "@/level";
import { format } from "@/ui";
import { pageNow } from "@/wire";
import { tr } from "@/words";
import { gameScene } from "./game";
import type { Game } from "./game";

const GLIDE = 140;

/** The town as the person sees it, which is as the agent sees it. */
export function PlayBoard({ game, level }: { game: Game; level: Level }) {
  const town = useMemo(() => townOf(level), [level]);
  const still = useMedia("(prefers-reduced-motion: reduce)");
  const shown = useRef({ game, since: 0, still });
  const draws = useRef(new Set<() => void>());
  useEffect(() => {
    shown.current = { game, since: pageNow(), still };
    let handle = requestAnimationFrame(function next() {
      draws.current.forEach((draw) => draw());
      if (pageNow() - shown.current.since < 2 * GLIDE) handle = requestAnimationFrame(next);
    });
    return () => cancelAnimationFrame(handle);
  }, [game, still]);
  const source = useMemo(
    (): SceneSource => ({
      subscribe: (draw) => {
        draws.current.add(draw);
        return () => draws.current.delete(draw);
      },
      scene: () => {
        const { game: now, since, still: calm } = shown.current;
        return gameScene(now, town, calm ? 1 : Math.min(1, (pageNow() - since) / GLIDE));
      },
    }),
    [town],
  );
  const scene = gameScene(game, town, 1);
  return (
    <section className="card play-board" aria-label={tr("World")} style={{ ["--ratio" as string]: `${level.width} / ${level.height}` }}>
      <p className="play-now">
        <b>{tr("Step {step}", { step: format.count(game.life.length) })}</b>
        {town.day !== null && game.now && <span>{String(game.now.hour).padStart(2, "0")}:00</span>}
        {town.sight !== null && (
          <small>
            {tr("You see what it sees: {side} × {side} cells", { side: 2 * town.sight + 1 })}
          </small>
        )}
      </p>
      <Board town={town} source={source} label={sentence(scene, null)} />
    </section>
  );
}
