/** All lives of the run at once: looked at only while it is asked for (`?lives=all`, key A). */
import { useEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import type { Scene } from "@/board";
import { useQueryPatch } from "@/ui";
import { ageOf, lookAt, offsetOf } from "@/wire";
import type { Lanes, Link } from "@/wire";
import type { Player } from "./player";

const WORDS_EVERY = 500;

/** What the caption tells, all of it measured here. */
export interface CrowdWords {
  look: Link["state"];
  /** lanes in the picture and lanes of the run; null before the first picture */
  shown: number | null;
  of: number;
  /** age of the picture, ms; null while the clocks' distance is not known */
  age: number | null;
}

export interface CrowdView {
  on: boolean;
  /** null where there is nothing to look at: a run that is over, a recorded life */
  toggle: (() => void) | null;
  words: CrowdWords;
  /** the scene with the dots of all lanes instead of the one agent, if they are looked at */
  over: (scene: Scene | null, lifespan: number) => Scene | null;
}

const NOTHING: CrowdWords = { look: "connecting", shown: null, of: 0, age: null };

export function useCrowd(run: string, live: boolean, player: Player): CrowdView {
  const [query] = useSearchParams();
  const patch = useQueryPatch();
  const on = live && query.get("lives") === "all";
  const [words, setWords] = useState(NOTHING);
  const newest = useRef<Lanes | null>(null);
  const looking = useRef(false);

  useEffect(() => {
    looking.current = on;
    player.redraw();
    if (!on) return;
    let look: CrowdWords["look"] = "connecting";
    const tell = () => {
      const lanes = newest.current;
      setWords({ look, shown: lanes && lanes.x.length, of: lanes?.of ?? 0, age: lanes && ageOf(lanes, offsetOf(player.state().clock)) });
    };
    const connection = lookAt(run, {
      picture: (lanes) => {
        const first = !newest.current;
        newest.current = lanes;
        player.redraw();
        if (first) tell();
      },
      link: ({ state }) => {
        look = state;
      },
    });
    const timer = setInterval(tell, WORDS_EVERY);
    return () => {
      connection.close();
      clearInterval(timer);
      newest.current = null;
      setWords(NOTHING);
      player.redraw();
    };
  }, [run, on, player]);

  const over = useMemo(
    () => (scene: Scene | null, lifespan: number) =>
      scene && looking.current ? { ...scene, agent: null, trail: [], heat: null, policy: null, sight: false, crowd: newest.current && { ...newest.current, lifespan } } : scene,
    [],
  );
  const toggle = () => patch({ lives: on ? null : "all" });
  return { on, toggle: live ? toggle : null, words, over };
}
