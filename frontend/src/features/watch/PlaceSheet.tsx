import type { Level } from "@/api";
import { isOpen } from "@/board";
import { Button, Icon } from "@/ui";
import { usesOf } from "./facts";
import { amount, capital, hueOf, signedAmount } from "./level";
import type { Place } from "./level";
import type { Player } from "./player";
import { Sheet } from "./Sheet";
import { useWatch } from "./usePlayer";

interface PlaceProps {
  level: Level;
  player: Player;
  place: Place | null;
  onClose: () => void;
}

/** What a place does, costs, when it is open, and how often this agent used it. */
export function PlaceSheet({ level, player, place, onClose }: PlaceProps) {
  return (
    <Sheet open={place !== null} title={place?.title ?? ""} onClose={onClose}>
      {place && <AboutPlace level={level} player={player} place={place} onClose={onClose} />}
    </Sheet>
  );
}

function AboutPlace({ level, player, place, onClose }: PlaceProps & { place: Place }) {
  const uses = useWatch(player, (w) => (w.stage ? usesOf(w.stage, level, place.index, w.t) : 0));
  const meterOf = (name: string) => level.meters.find((meter) => meter.name === name);
  const effects = Object.entries(totalOf(level, place));
  return (
    <div style={{ ["--c" as string]: hueOf(meterOf(place.serves ?? "")) }}>
      <div className="aff">
        <span className="t">
          <Icon name={place.icon} weight="fill" />
        </span>
        <div>
          <h2>{place.title}</h2>
          <p>{about(level, place)}</p>
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
        This agent used it {uses === 0 ? "not at all" : uses === 1 ? "once" : `${uses} times`} so far in this life.
      </p>
      <Button size="lg" wide onClick={onClose}>
        Close
      </Button>
    </div>
  );
}

/** What a whole use changes: at once, or all its ticks and the completion. */
function totalOf(level: Level, place: Place): Record<string, number> {
  if (!level.temporal) return place.effects;
  const total: Record<string, number> = {};
  for (const [name, change] of Object.entries(place.tick_effects)) total[name] = change * place.ticks;
  for (const [name, change] of Object.entries(place.completion)) total[name] = (total[name] ?? 0) + change;
  return total;
}

function about(level: Level, place: Place): string {
  const currency = level.meters.find(({ name }) => name === level.currency);
  const cost = level.temporal ? place.tick_cost * place.ticks : place.cost;
  const hour = (h: number) => `${String(h % level.hours_per_day).padStart(2, "0")}:00`;
  const parts = [
    level.temporal && (place.hours ? `open ${hour(place.hours[0])} to ${hour(place.hours[1])}` : "always open"),
    level.temporal && `takes ${place.ticks} ${place.ticks === 1 ? "tick" : "ticks"}`,
    currency && (cost > 0 ? `costs ${amount(currency, cost)}` : "costs nothing"),
  ];
  return capital(parts.filter(Boolean).join(", "));
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
