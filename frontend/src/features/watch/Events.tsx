import type { Level } from "@/api";
import { memo } from "react";
import { Icon } from "@/ui";
import type { Life } from "@/wire";
import { rich, tr } from "@/words";
import { eventsUntil } from "./facts";
import type { LifeEvent } from "./facts";
import { actionIcon, hueOf, markOf, signedAmount } from "./level";

const SHOWN = 40;
/** Random moves are many; only the latest are told, the others are in the lifeline. */
const RANDOM_FOR = 9;
const MOST_RANDOM = 3;
const LEAST = 0.01;
const CHANGES = 3;

interface Props {
  level: Level;
  life: Life | null;
  t: number;
  onPick: (t: number) => void;
}

export function Events(props: Props) {
  return (
    <section className="card events" aria-label={tr("Events")}>
      <header>
        <h2>{tr("Events")}</h2>
        <span className="sub">{tr("this episode")}</span>
      </header>
      <EventList {...props} />
    </section>
  );
}

export function EventList({ level, life, t, onPick }: Props) {
  const all = life ? eventsUntil(life, level, t) : [];
  const oldest = all.filter(({ kind }) => kind === "random").at(-MOST_RANDOM)?.t ?? 0;
  const events = all.filter((event) => event.kind !== "random" || event.t > t - RANDOM_FOR && event.t >= oldest);
  return (
    <div className="evlist" role="log" aria-label={tr("Events")} aria-live="off" tabIndex={0}>
      {events.length === 0 && <p className="none">{life ? tr("Nothing yet") : ""}</p>}
      <ol>
        {events
          .slice(-SHOWN)
          .reverse()
          .map((event) => (
            <EventRow key={`${event.kind} ${event.kind === "use" ? event.id : event.t} ${"meter" in event ? event.meter : ""}`} event={event} level={level} t={event.t} onPick={onPick} />
          ))}
      </ol>
    </div>
  );
}

const EventRow = memo(function EventRow({ event, level, t, onPick }: { event: LifeEvent; level: Level; t: number; onPick: (t: number) => void }) {
  const { icon, color, text } = told(event, level);
  return (
    <li>
      <button type="button" className={event.kind === "critical" ? "ev bad" : "ev"} style={{ ["--c" as string]: color }} onClick={() => onPick(t)}>
        <span className="t">{t}</span>
        <Icon name={icon} weight="fill" />
        <span className="tx">{text}</span>
      </button>
    </li>
  );
});

function told(event: LifeEvent, level: Level) {
  const meterOf = (name: string) => level.meters.find((meter) => meter.name === name);
  if (event.kind === "use") {
    const { place, tick, of, effects } = event;
    const changes = effects.filter(([, change]) => Math.abs(change) >= LEAST);
    return {
      icon: place.icon,
      color: hueOf(meterOf(place.serves ?? "")),
      text: (
        <>
          <b>{place.title}</b>
          {tick < of && <small> {tr("{tick} of {of}", { tick, of })}</small>}
          <span className="fx">
            {changes.slice(0, CHANGES).map(([name, change]) => {
              const meter = meterOf(name)!;
              return (
                <span key={name} style={{ ["--c" as string]: hueOf(meter) }}>
                  {signedAmount(meter, change)}
                  {!meter.unit && <Icon name={meter.icon} weight="fill" label={meter.title} />}
                </span>
              );
            })}
          </span>
        </>
      ),
    };
  }
  if (event.kind === "random") {
    const action = level.actions[event.action]!;
    return { icon: "dice-five", color: "var(--accent)", text: <>{rich("Random move <b>{action}</b>", { action: action.name })}<Icon name={actionIcon(action)} className="after" /></> };
  }
  const meter = meterOf(event.meter)!;
  if (event.kind === "critical") return { icon: "warning", color: "var(--danger)", text: <b>{tr("{meter} is critical", { meter: meter.title })}</b> };
  return { icon: "warning", color: "var(--warn-fill)", text: tr("{meter} fell below {mark}", { meter: meter.title, mark: Math.round((markOf(level, meter) ?? 0) * 100) }) };
}
