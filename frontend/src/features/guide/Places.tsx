import type { CSSProperties } from "react";
import type { Level, LevelPlace } from "@/api";
import { isOpen } from "@/board";
import { aboutPlace, hueOf, signedAmount, wholeUse } from "@/level";
import { Icon } from "@/ui";
import { inner, tr } from "@/words";
import { listed, meterOf, traps } from "./facts";

/** Every place that stands in the level; those that are only known by name are named. */
export function Places({ level }: { level: Level }) {
  const here = level.places.filter(({ deployed }) => deployed);
  const absent = level.places.filter(({ deployed }) => !deployed);
  return (
    <section aria-labelledby="places">
      <h2 id="places" tabIndex={-1}>
        {tr("Places")}
      </h2>
      <p className="m2">
        {level.temporal ? tr("What a whole use does, all its ticks together.") : tr("What one use does, at once.")} {tr("Where they stand is dealt when a run begins.")}
        {absent.length > 0 &&
          ` ${tr("The observation also has room for {places}, which does not stand in this level.|The observation also has room for {places}, which do not stand in this level.", { n: absent.length, places: listed(absent.map(({ title }) => title)) })}`}
      </p>
      <div className="guide-places">
        {here.map((place) => (
          <Place key={place.name} level={level} place={place} />
        ))}
      </div>
    </section>
  );
}

function Place({ level, place }: { level: Level; place: LevelPlace }) {
  const { effects } = wholeUse(level, place);
  return (
    <article className="card guide-place" id={`place-${place.name}`} tabIndex={-1} style={{ ["--c" as string]: hueOf(level, place.serves) }}>
      <div className="guide-head">
        <span className="plate">
          <Icon name={place.icon} weight="fill" />
        </span>
        <div>
          <h3>{place.title}</h3>
          <p className="m2">{aboutPlace(level, place)}</p>
        </div>
      </div>
      <ul className="guide-effects">
        {Object.entries(effects).map(([name, change]) => {
          const meter = meterOf(level, name);
          return (
            meter && (
              <li key={name} style={{ ["--c" as string]: hueOf(level, name) }}>
                <Icon name={meter.icon} weight="fill" />
                <b>{signedAmount(meter, change)}</b> {inner(meter.title)}
              </li>
            )
          );
        })}
      </ul>
      {level.temporal && place.hours && <Hours level={level} place={place} />}
      {traps(level, place).map((trap) => (
        <p key={trap} className="guide-trap">
          <Icon name="warning" />
          <span>{trap}</span>
        </p>
      ))}
    </article>
  );
}

/** The day with its open hours; the line above says them in words. */
function Hours({ level, place }: { level: Level; place: LevelPlace }) {
  const day = level.hours_per_day;
  const quarter = Math.max(1, Math.round(day / 4));
  return (
    <div className="guide-hours" aria-hidden="true" style={{ ["--hours"]: day } as CSSProperties}>
      {Array.from({ length: day }, (_, h) => (
        <i key={h} className={isOpen(place, h, day) ? "on" : undefined}>
          {h % quarter === 0 && <b>{h}</b>}
        </i>
      ))}
    </div>
  );
}
