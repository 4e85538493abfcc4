import type { ReactNode } from "react";
import type { Level } from "@/api";
import { isOpen } from "@/board";
import { aboutPlace, wholeUse } from "@/level";
import { Button, Icon } from "@/ui";
import { tr } from "@/words";
import { usesOf } from "./facts";
import { hueOf, signedAmount } from "./level";
import type { Place } from "./level";
import type { Player } from "./player";
import { Sheet } from "./Sheet";
import { useWatch } from "./usePlayer";

interface PlaceProps {
  level: Level;
  player: Player;
  place: Place | null;
  /** where more is told of it */
  after?: ReactNode;
  onClose: () => void;
}

/** What a place does, costs, when it is open, and how often this agent used it. */
export function PlaceSheet({ level, player, place, after, onClose }: PlaceProps) {
  return (
    <Sheet open={place !== null} title={place?.title ?? ""} onClose={onClose}>
      {place && <AboutPlace level={level} player={player} place={place} after={after} onClose={onClose} />}
    </Sheet>
  );
}

function AboutPlace({ level, player, place, after, onClose }: PlaceProps & { place: Place }) {
  const uses = useWatch(player, (w) => (w.stage ? usesOf(w.stage, level, place.index, w.t) : 0));
  const meterOf = (name: string) => level.meters.find((meter) => meter.name === name);
  const effects = Object.entries(wholeUse(level, place).effects);
  return (
    <div style={{ ["--c" as string]: hueOf(meterOf(place.serves ?? "")) }}>
      <div className="aff">
        <span className="t">
          <Icon name={place.icon} weight="fill" />
        </span>
        <div>
          <h2>{place.title}</h2>
          <p>{aboutPlace(level, place)}</p>
        </div>
      </div>
      <div className="fx">
        {effects.map(([name, change]) => {
          const meter = meterOf(name);
          return (
            meter && (
              <div key={name} style={{ ["--c" as string]: hueOf(meter) }}>
                <Icon name={meter.icon} weight="fill" label={meter.title} />
                {signedAmount(meter, change)}
              </div>
            )
          );
        })}
      </div>
      {level.temporal && <Hours level={level} place={place} />}
      <p className="m2">
        {uses === 0 ? tr("This agent used it not at all so far in this life.") : tr("This agent used it once so far in this life.|This agent used it {n} times so far in this life.", { n: uses })}
      </p>
      {after}
      <Button size="lg" wide onClick={onClose}>
        {tr("Close")}
      </Button>
    </div>
  );
}

function Hours({ level, place }: { level: Level; place: Place }) {
  return (
    <div className="hours" aria-hidden="true">
      {Array.from({ length: level.hours_per_day }, (_, h) => (
        <i key={h} className={isOpen(place, h, level.hours_per_day) ? "on" : undefined}>
          {h % 6 === 0 && <b>{h}</b>}
        </i>
      ))}
    </div>
  );
}
