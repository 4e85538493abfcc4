import { useMemo } from "react";
import { Lifeline, Speeds, Transport, useMedia, useWatch } from "@/features/watch/parts";
import type { Player } from "@/features/watch/parts";
import { format } from "@/ui";
import { rich, tr } from "@/words";
import type { Half } from "./Episodes";
import { spanOfBoth } from "./fork";
import type { Parting } from "./fork";

const NONE: readonly never[] = [];

/** Both lives on one clock. Dragging either moves both. */
export function Timelines({ a, b, player, parting }: { a: Half; b: Half; player: Player; parting: Parting | null }) {
  const t = useWatch(player, (w) => w.t);
  const small = useMedia("(max-width: 640px)");
  const span = spanOfBoth(a.life, b.life);
  const flags = useMemo(() => (parting && (parting.kind === "fork" || parting.kind === "world") ? [{ t: parting.t, text: parting.kind === "fork" ? "fork" : "states differ" }] : NONE), [parting]);
  return (
    <section className="card lines" aria-label={tr("Timeline")}>
      <div className="hands">
        <div className="r">
          <Transport player={player} />
        </div>
        <Speeds player={player} />
        <span className="num">
          {rich("step <b>{step}</b>", { step: format.count(t) })}
        </span>
      </div>
      <div className="pair">
        {[a, b].map(
          (half) =>
            half.life &&
            half.level && (
              <div className="one" key={half.letter}>
                <span className="tag" data-side={half.letter} aria-hidden="true">
                  {half.letter}
                </span>
                <Lifeline level={half.level} player={player} beside={half.life} span={span} flags={half.letter === "A" ? flags : NONE} small={small} label={tr("Step of life {letter}", { letter: half.letter })} />
              </div>
            ),
        )}
      </div>
    </section>
  );
}
