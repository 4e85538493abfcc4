import type { Level } from "@/api";
import { useEffect, useMemo, useRef, useState } from "react";
import { Board, placeAt, sentence } from "@/board";
import type { SceneSource, Town } from "@/board";
import { Icon } from "@/ui";
import { lastMoment, momentOf, pageNow } from "@/wire";
import { Certificate } from "./Certificate";
import { CrowdCaption, CrowdLegend } from "./Crowd";
import { visitsOf } from "./facts";
import type { Player } from "./player";
import { sceneOf } from "./scene";
import type { SetOverlays } from "./room";
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
  /** name of the run */
  name: string;
  phone?: boolean;
  onPlace: (place: number) => void;
  onGrid: () => void;
}

/** The board on stage, with the certificate over it when the life is over. */
export function Stage({ run, name, level, town, player, overlays, policy, crowd, phone, onPlace, onGrid }: Props) {
  const still = useMedia("(prefers-reduced-motion: reduce)");
  const settings = useRef({ overlays, still });
  useEffect(() => {
    settings.current = { overlays, still };
    player.redraw();
  }, [overlays, still, player]);
  const { over } = crowd;
  const source = useMemo(
    (): SceneSource => ({
      subscribe: player.onDraw,
      scene: () => {
        const { overlays, still } = settings.current;
        const scene = sceneOf(player.state(), level, town, overlays, pageNow(), still);
        return over(scene && { ...scene, policy: overlays.field === "policy" ? policy.getState().map?.cells : null }, level.lifespan);
      },
    }),
    [player, level, town, policy, over],
  );
  const label = useWatch(player, (w) => {
    const scene = sceneOf(w, level, town, { trail: false, field: null }, w.since, true);
    const choice = w.stage && momentOf(w.stage, w.t).choice;
    return scene ? sentence(scene, choice ? level.actions[choice.action]!.name : null) : "The town. No life on stage yet.";
  });
  const lost = useWatch(player, (w) => w.link.state === "lost");
  const began = useRef<number | null>(null);
  const [swiping, setSwiping] = useState(false);
  return (
    <div className={lost ? "stagebox dim" : "stagebox"} data-swiping={swiping || undefined}>
      <Board
        town={town}
        source={source}
        label={crowd.on ? "The town, with a dot for every life of the run." : label}
        labels={phone ? "short" : undefined}
        coords={!phone}
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
/** A swipe of one cell's width is so many steps. */
const SWIPE_STEPS = 4;

interface RailProps {
  level: Level;
  town: Town;
  player: Player;
  overlays: Overlays;
  setOverlays: SetOverlays;
  crowd: CrowdView;
  full: boolean;
  setFull: (full: boolean) => void;
  onText: () => void;
  onWhatIf: () => void;
}

/** What lies over the board: the trail, and one field at a time. */
export function Rail({ level, town, player, overlays, setOverlays, crowd, full, setFull, onText, onWhatIf }: RailProps) {
  const field = (name: Overlays["field"]) => setOverlays({ field: overlays.field === name ? null : name });
  return (
    <div className="rail" role="toolbar" aria-label="Overlays" aria-orientation="vertical">
      <h3>Overlays</h3>
      <Toggle icon="path" label="Trail" keyName="T" on={overlays.trail} off={crowd.on} press={() => setOverlays({ trail: !overlays.trail })} />
      <Toggle icon="fire" label="Heat" keyName="H" on={overlays.field === "heat"} off={crowd.on} press={() => field("heat")} />
      <Toggle icon="compass" label="Policy" keyName="P" on={overlays.field === "policy"} off={crowd.on} press={() => field("policy")} />
      {town.sight !== null && <Toggle icon="crosshair-simple" label="Sight" keyName="S" on={overlays.field === "sight"} off={crowd.on} press={() => field("sight")} />}
      {crowd.toggle && <Toggle icon="users" label="All lives" keyName="A" on={crowd.on} press={crowd.toggle} />}
      {crowd.on ? <CrowdLegend /> : <Legend level={level} player={player} overlays={overlays} />}
      <span className="end" />
      <button type="button" onClick={onWhatIf} title="What would it do here? (W)">
        <Icon name="question" />
        What if
      </button>
      <button type="button" onClick={onText} title="The board as text (D)">
        <Icon name="list" />
        As text
      </button>
      <button type="button" className="wide" aria-pressed={full} onClick={() => setFull(!full)} title="The board alone (F)">
        <Icon name={full ? "corners-in" : "corners-out"} />
        Full
      </button>
    </div>
  );
}

interface ToggleProps {
  icon: string;
  label: string;
  keyName: string;
  on: boolean;
  /** it would change nothing now */
  off?: boolean;
  press: () => void;
}

function Toggle({ icon, label, keyName, on, off, press }: ToggleProps) {
  return (
    <button type="button" aria-pressed={on} disabled={off} onClick={press} title={`${label} (${keyName})`}>
      <Icon name={icon} />
      {label}
    </button>
  );
}

function Legend({ level, player, overlays }: { level: Level; player: Player; overlays: Overlays }) {
  const most = useWatch(player, (w) =>
    overlays.field === "heat" && w.stage ? Math.max(1, ...visitsOf(w.stage, level.width, level.height, w.t)) : 0,
  );
  if (overlays.field === "heat") {
    return (
      <div className="legend">
        <svg width="66" height="26" aria-hidden="true">
          <rect x="2" y="10" width="8" height="8" rx="2" fill="var(--heat)" opacity=".25" />
          <rect x="18" y="7" width="14" height="14" rx="3" fill="var(--heat)" opacity=".45" />
          <rect x="40" y="2" width="24" height="24" rx="4" fill="var(--heat)" opacity=".78" />
        </svg>
        {most > 1 ? `1 to ${most} visits` : "1 visit"}
      </div>
    );
  }
  if (overlays.field === "policy") {
    return (
      <div className="legend">
        <svg width="64" height="22" aria-hidden="true">
          <path d="M6 11H22M17 6l5 5-5 5" fill="none" stroke="var(--value)" strokeWidth="2" opacity=".45" />
          <path d="M34 11H60M52 4l8 7-8 7" fill="none" stroke="var(--value)" strokeWidth="4.2" strokeLinecap="round" strokeLinejoin="round" />
        </svg>
        bolder: larger lead
        <br />
        darker: worth more
      </div>
    );
  }
  if (overlays.field === "sight") {
    return (
      <div className="legend">
        <svg width="40" height="28" aria-hidden="true">
          <rect x="4" y="2" width="32" height="24" rx="5" fill="none" stroke="var(--accent)" strokeWidth="2" strokeDasharray="2 4" strokeLinecap="round" />
        </svg>
        all it can see
      </div>
    );
  }
  if (!overlays.trail) return null;
  return (
    <div className="legend">
      <svg width="60" height="34" aria-hidden="true">
        <path d="M4 9H56" stroke="var(--accent)" strokeWidth="3.5" strokeLinecap="round" />
        <circle cx="30" cy="9" r="4" fill="var(--accent)" />
        <path d="M4 26H56" stroke="var(--accent)" strokeWidth="3" strokeDasharray="1 7" strokeLinecap="round" />
        <rect x="26" y="22" width="8" height="8" rx="1" transform="rotate(45 30 26)" fill="var(--surface)" stroke="var(--accent)" strokeWidth="2" />
      </svg>
      solid: greedy
      <br />
      dotted: random
    </div>
  );
}
