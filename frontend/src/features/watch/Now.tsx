import { isOpen } from "@/board";
import type { Layout, Town } from "@/board";
import { Icon } from "@/ui";
import type { Life, Moment } from "@/wire";
import { tr } from "@/words";
import { changesOf, dayOf, skyIcon } from "./facts";

interface Props {
  town: Town;
  life: Life;
  moment: Moment;
  compact?: boolean;
}

/** The clock of a town that has one: hour, day, what is open, what opens and closes next. */
export function Now({ town, life, moment, compact }: Props) {
  const day = town.day;
  if (day === null) return null;
  const { hour } = moment;
  const layout: Layout = life.meta.layout;
  const places = town.places.filter(({ name }) => layout[name]);
  const open = places.filter((place) => isOpen(place, hour, day)).length;
  const [opens, closes] = changesOf(town, layout, hour);
  const number = dayOf(life, moment.t, day);
  const sky = skyIcon((hour * 24) / day);
  return (
    <div className="now">
      <span className="clock" data-sky={sky}>
        <Icon name={sky} weight="fill" />
        {clock(hour)}
      </span>
      <span className="dn">
        {compact ? tr("Day {number}", { number }) : <b>{tr("Day {number}", { number })}</b>}
        {compact && <br />}
        {compact ? tr("step {step}", { step: moment.t }) : tr("{open} of {places} open", { open, places: places.length })}
      </span>
      <DayStrip hour={hour} hours={day} day={number} />
      {!compact && (opens || closes) && (
        <span className="dn next">
          <b>{opens || closes}</b>
          {opens && closes}
        </span>
      )}
    </div>
  );
}

export const clock = (hour: number) => `${String(hour).padStart(2, "0")}:00`;

function DayStrip({ hour, hours, day }: { hour: number; hours: number; day: number }) {
  return (
    <div className="strip" role="img" aria-label={tr("Hour {hour} of {hours}, day {day}", { hour, hours, day })}>
      {Array.from({ length: hours }, (_, i) => {
        const h = (i * 24) / hours;
        const night = h < 5 || h >= 21 ? 78 : h < 7 ? 47 : h >= 19 ? 43 : h >= 18 ? 23 : 0;
        return (
          <i key={i} className={i === hour ? "on" : undefined} style={{ ["--night-share" as string]: `${night}%` }}>
            {i % Math.ceil(hours / 4) === 0 && <b>{String(i).padStart(2, "0")}</b>}
          </i>
        );
      })}
    </div>
  );
}
