import { language, named } from "@/words";
import type { Level, LevelSummary, Settings } from "./types";

const titled = <T extends { title: string }>(thing: T): T => ({ ...thing, title: named(thing.title) });
const summed = <T extends { title: string; summary: string }>(thing: T): T => ({ ...titled(thing), summary: named(thing.summary) });

/** A level with its words in the language on screen, as far as they are words of the shipped levels. */
export const spokenLevel = (level: Level): Level =>
  language === "en" ? level : { ...summed(level), meters: level.meters.map(titled), places: level.places.map(titled), actions: level.actions.map((action) => ({ ...action, name: named(action.name) })) };

export const spokenLevels = (levels: LevelSummary[]): LevelSummary[] => (language === "en" ? levels : levels.map(summed));

interface Property {
  title?: string;
  description?: string;
}

/** The settings and recipes with their words in the language on screen. */
export function spokenSettings(settings: Settings): Settings {
  if (language === "en") return settings;
  const { properties, ...rest } = settings.schema as { properties: Record<string, Property> };
  const said = Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, { ...property, title: named(property.title ?? name), description: named(property.description ?? "") }]),
  );
  return { ...settings, schema: { ...rest, properties: said }, presets: settings.presets.map(summed) };
}
