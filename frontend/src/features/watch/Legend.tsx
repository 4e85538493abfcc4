import type { Level } from "@/api";
import { format, Segmented } from "@/ui";
import { tr } from "@/words";
import type { Counted } from "./census";
import { visitsOf } from "./facts";
import type { Player } from "./player";
import type { SetOverlays } from "./room";
import type { Overlays } from "./scene";
import { useWatch } from "./usePlayer";

interface Props {
  level: Level;
  player: Player;
  overlays: Overlays;
  setOverlays: SetOverlays;
  counted: Counted;
}

/** How to read what lies over the board. */
export function Legend({ level, player, overlays, setOverlays, counted }: Props) {
  const own = useWatch(player, (w) => (overlays.field === "heat" && w.stage ? Math.max(1, ...visitsOf(w.stage, level.width, level.height, w.t)) : 0));
  const { census, none } = counted;
  if (overlays.field === "heat" || overlays.field === "visits") {
    const most = overlays.field === "heat" ? own : Math.max(0, ...(census?.visits.flat() ?? []));
    return (
      <div className="legend">
        <svg width="66" height="26" aria-hidden="true">
          <rect x="2" y="10" width="8" height="8" rx="2" fill="var(--heat)" opacity=".25" />
          <rect x="18" y="7" width="14" height="14" rx="3" fill="var(--heat)" opacity=".45" />
          <rect x="40" y="2" width="24" height="24" rx="4" fill="var(--heat)" opacity=".78" />
        </svg>
        {overlays.field === "visits" && !census ? (none ?? tr("Being counted")) : most > 1 ? tr("up to {most} visits", { most: format.count(most) }) : tr("1 visit")}
        <Segmented
          label={tr("Visits of")}
          options={[
            { value: "heat", label: tr("this"), hint: tr("Visits of the life on stage") },
            { value: "visits", label: tr("all"), hint: tr("Visits of all lives so far, in all lanes") },
          ]}
          value={overlays.field}
          onChange={(field) => setOverlays({ field })}
        />
      </div>
    );
  }
  if (overlays.field === "novelty") {
    return (
      <div className="legend">
        <svg width="60" height="22" aria-hidden="true" fill="var(--novelty)">
          <circle cx="12" cy="11" r="2.4" />
          {[30, 40, 50].flatMap((x) => [3, 11, 19].map((y) => <circle key={`${x} ${y}`} cx={x} cy={y} r="2.6" />))}
        </svg>
        {!census ? (none ?? tr("Being counted")) : census.novelty ? <>{tr("more dots: newer to its curiosity")}</> : tr("nothing measured yet")}
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
        {tr("bolder: larger lead")}
        <br />
        {tr("darker: worth more")}
      </div>
    );
  }
  if (overlays.field === "sight") {
    return (
      <div className="legend">
        <svg width="40" height="28" aria-hidden="true">
          <rect x="4" y="2" width="32" height="24" rx="5" fill="none" stroke="var(--accent)" strokeWidth="2" strokeDasharray="2 4" strokeLinecap="round" />
        </svg>
        {tr("all it can see")}
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
      {tr("solid: greedy")}
      <br />
      {tr("dotted: random")}
    </div>
  );
}
