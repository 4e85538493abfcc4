import type { Level } from "@/api";
import { useEffect, useMemo, useRef, useState } from "react";
import { Board, placeAt, sentence } from "@/board";
import type { Scene, SceneSource, Town } from "@/board";
import { lastMoment, momentOf, pageNow } from "@/wire";
import { tr } from "@/words";
import type { Census, Counted } from "./census";
import { Certificate } from "./Certificate";
import { CrowdCaption } from "./Crowd";
import type { Player } from "./player";
import { sceneOf } from "./scene";
import type { Overlays } from "./scene";
import { scrub } from "./store";
import type { CrowdView } from "./useCrowd";
import type { PolicyStore } from "./useMind";
import { useMedia, useWatch } from "./usePlayer";

interface Props {
  run: string;
  level: Level;
  town: Town;
  player: Player;
  overlays: Overlays;
  policy: PolicyStore;
  crowd: CrowdView;
  counted: Counted;
  /** name of the run */
  name: string;
  /** names of places large and short, for a phone or a whole room */
  short?: boolean;
  coords?: boolean;
  onPlace: (place: number) => void;
  onGrid: () => void;
}

/** The board on stage, with the certificate over it when the life is over. */
export function Stage({ run, name, level, town, player, overlays, policy, crowd, counted, short = false, coords = true, onPlace, onGrid }: Props) {
  const still = useMedia("(prefers-reduced-motion: reduce)");
  const { census } = counted;
  const settings = useRef({ overlays, still, census });
  useEffect(() => {
    settings.current = { overlays, still, census };
    player.redraw();
  }, [overlays, still, census, player]);
  const { over } = crowd;
  const source = useMemo(
    (): SceneSource => ({
      subscribe: player.onDraw,
      scene: () => {
        const { overlays, still, census } = settings.current;
        const scene = sceneOf(player.state(), level, town, overlays, pageNow(), still);
        return over(scene && { ...scene, ...fieldOf(overlays.field, census, policy) }, level.lifespan);
      },
    }),
    [player, level, town, policy, over],
  );
  const label = useWatch(player, (w) => {
    const scene = sceneOf(w, level, town, { trail: false, field: null }, w.since, true);
    const choice = w.stage && momentOf(w.stage, w.t).choice;
    return scene ? sentence(scene, choice ? level.actions[choice.action]!.name : null) : tr("The town. No life on stage yet.");
  });
  const lost = useWatch(player, (w) => w.link.state === "lost");
  const began = useRef<number | null>(null);
  const [swiping, setSwiping] = useState(false);
  return (
    <div className={lost ? "stagebox dim" : "stagebox"} data-swiping={swiping || undefined}>
      <Board
        town={town}
        source={source}
        label={crowd.on ? tr("The town, with a dot for every life of the run.") : label}
        labels={short ? "short" : undefined}
        coords={coords}
        onCell={(x, y) => {
          const life = player.state().stage;
          const place = life && placeAt(town, life.meta.layout, x, y);
          if (place) onPlace(place.index);
        }}
        onSwipe={(cells, done) => {
          const w = player.state();
          if (!w.stage) return;
          began.current ??= w.t;
          const to = began.current + cells * SWIPE_STEPS;
          player.act((state, now) => scrub(state, Math.min(lastMoment(state.stage!), to), now));
          setSwiping(!done);
          if (done) began.current = null;
        }}
        onEnter={onGrid}
      />
      {crowd.on ? <CrowdCaption crowd={crowd} run={name} /> : <Certificate level={level} player={player} run={run} />}
    </div>
  );
}

/** The field over the board that is not of the life on stage alone. */
function fieldOf(field: Overlays["field"], census: Census | null, policy: PolicyStore): Partial<Scene> {
  if (field === "policy") return { policy: policy.getState().map?.cells };
  if (field === "visits") return { heat: census?.visits.flat() ?? null };
  if (field === "novelty") return { novelty: census?.novelty?.flat() ?? null };
  return {};
}

/** A swipe of one cell's width is so many steps. */
const SWIPE_STEPS = 4;
