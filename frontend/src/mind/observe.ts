/**
 * What the agent sees at any moment one can think of, and what it may do there: the observation and the mask of
 * backend/hamlet/world (observation.py, vector.py), from `level.describe()` alone. Equal to them, which a test shows.
 */
import type { Level } from "@/api";
import { isOpen } from "@/board";
import type { Layout } from "@/board";

/** A moment of a life. */
export interface Situation {
  x: number;
  y: number;
  /** in 0..1, in the level's order */
  meters: ArrayLike<number>;
  /** 0 where no clock runs */
  hour: number;
  /** ticks done of the use under way */
  progress: number;
  /** steps lived */
  step: number;
}

/** Ticks done are shown to the agent divided by this. */
const PROGRESS_SCALE = 10;

/** The index in the vocabulary of the place on this cell, or the number of places for none. */
function hereAt(level: Level, layout: Layout, x: number, y: number): number {
  const place = level.places.find(({ name }) => layout[name]?.[0] === x && layout[name][1] === y);
  return place ? place.index : level.places.length;
}

/** The observation vector, as long as the level's fields say. */
export function observe(level: Level, layout: Layout, at: Situation): Float32Array {
  const obs = new Float32Array(level.observation.at(-1)?.stop ?? 0);
  const { width, height, hours_per_day: day } = level;
  const clock = level.temporal ? (2 * Math.PI * at.hour) / day : 0;
  for (const { name, start } of level.observation) {
    switch (name) {
      case "grid":
        for (const cell of Object.values(layout)) obs[start + cell[1] * width + cell[0]] = 1;
        obs[start + at.y * width + at.x]! += 1;
        break;
      case "window": {
        const sight = level.sight ?? 0;
        const side = 2 * sight + 1;
        for (const [x, y] of Object.values(layout)) {
          const column = x - at.x + sight;
          const row = y - at.y + sight;
          if (column >= 0 && column < side && row >= 0 && row < side) obs[start + row * side + column] = 1;
        }
        break;
      }
      case "position":
        obs[start] = at.x / Math.max(width - 1, 1);
        obs[start + 1] = at.y / Math.max(height - 1, 1);
        break;
      case "meters":
        obs.set(at.meters, start);
        break;
      case "affordance_here":
        obs[start + hereAt(level, layout, at.x, at.y)] = 1;
        break;
      case "time_sin":
        obs[start] = Math.sin(clock);
        break;
      case "time_cos":
        obs[start] = Math.cos(clock);
        break;
      case "progress":
        obs[start] = level.temporal ? at.progress / PROGRESS_SCALE : 0;
        break;
      case "lifetime":
        obs[start] = Math.min(at.step / level.lifespan, 1);
        break;
      default:
        throw new Error(`this page does not know what the agent sees as ${name}`);
    }
  }
  return obs;
}

/** Which actions are allowed, 1 or 0 each. Nothing is, for the dead. */
export function maskAt(level: Level, layout: Layout, at: Situation): Uint8Array {
  const dead = level.meters.some(({ lethal }, i) => lethal && at.meters[i]! <= 0);
  const place = level.places[hereAt(level, layout, at.x, at.y)];
  const usable = place !== undefined && isOpen(place, level.temporal ? at.hour : null, level.hours_per_day);
  return Uint8Array.from(level.actions, ({ dx, dy, kind }) => {
    const x = at.x + dx;
    const y = at.y + dy;
    const inside = x >= 0 && x < level.width && y >= 0 && y < level.height;
    return Number(!dead && inside && (kind !== "interact" || usable));
  });
}
