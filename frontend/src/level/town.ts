import type { Level } from "@/api";
import type { Town } from "@/board";

/** What the board draws of a level. Instant uses have one tick, and a town without a clock has no hours. */
export function townOf(level: Level): Town {
  const hues = new Map(level.meters.map(({ name, hue }) => [name, hue]));
  return {
    width: level.width,
    height: level.height,
    sight: level.sight,
    day: level.temporal ? level.hours_per_day : null,
    places: level.places.map((place) => ({
      index: place.index,
      name: place.name,
      title: place.title,
      icon: place.icon,
      badge: place.badge,
      hue: (place.serves && hues.get(place.serves)) || null,
      hours: level.temporal ? place.hours : null,
      ticks: level.temporal ? place.ticks : 1,
    })),
  };
}
