import type { Level } from "@/api";
import type { Town } from "@/board";
import { Icon } from "@/ui";
import { tr } from "@/words";
import type { Counted } from "./census";
import { CrowdLegend } from "./Crowd";
import { Legend } from "./Legend";
import type { Player } from "./player";
import type { SetOverlays } from "./room";
import type { Overlays } from "./scene";
import type { CrowdView } from "./useCrowd";

interface RailProps {
  level: Level;
  town: Town;
  player: Player;
  overlays: Overlays;
  setOverlays: SetOverlays;
  crowd: CrowdView;
  curious: boolean;
  counted: Counted;
  full: boolean;
  setFull: (full: boolean) => void;
  onText: () => void;
  onWhatIf: () => void;
}

/** What lies over the board: the trail, and one field at a time. */
export function Rail({ level, town, player, overlays, setOverlays, crowd, curious, counted, full, setFull, onText, onWhatIf }: RailProps) {
  const field = (name: Overlays["field"]) => setOverlays({ field: overlays.field === name ? null : name });
  const hot = overlays.field === "heat" || overlays.field === "visits";
  return (
    <div className="rail" role="toolbar" aria-label={tr("Overlays")} aria-orientation="vertical">
      <h3>{tr("Overlays")}</h3>
      <Toggle icon="path" label={tr("Trail")} keyName="T" on={overlays.trail} off={crowd.on} press={() => setOverlays({ trail: !overlays.trail })} />
      <Toggle icon="fire" label={tr("Heat")} keyName="H" on={hot} off={crowd.on} press={() => setOverlays({ field: hot ? null : "heat" })} />
      {curious && <Toggle icon="sparkle" label={tr("Novelty")} keyName="N" on={overlays.field === "novelty"} off={crowd.on} press={() => field("novelty")} />}
      <Toggle icon="compass" label={tr("Policy")} keyName="P" on={overlays.field === "policy"} off={crowd.on} press={() => field("policy")} />
      {town.sight !== null && <Toggle icon="crosshair-simple" label={tr("Sight")} keyName="S" on={overlays.field === "sight"} off={crowd.on} press={() => field("sight")} />}
      {crowd.toggle && <Toggle icon="users" label={tr("All lives")} keyName="A" on={crowd.on} press={crowd.toggle} />}
      {crowd.on ? <CrowdLegend /> : <Legend level={level} player={player} overlays={overlays} setOverlays={setOverlays} counted={counted} />}
      <span className="end" />
      <button type="button" onClick={onWhatIf} title={tr("What would it do here? (W)")}>
        <Icon name="question" />
        {tr("What if")}
      </button>
      <button type="button" onClick={onText} title={tr("The board as text (D)")}>
        <Icon name="list" />
        {tr("As text")}
      </button>
      <button type="button" className="wide" aria-pressed={full} onClick={() => setFull(!full)} title={tr("The board alone (F)")}>
        <Icon name={full ? "corners-in" : "corners-out"} />
        {tr("Full")}
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
