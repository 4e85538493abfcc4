/** All that the pages say, in German. Each file holds one room's texts by their English; what several say stands in common.ts. */
import { app } from "./app";
import { chrome } from "./chrome";
import { common } from "./common";
import { compare } from "./compare";
import { guide } from "./guide";
import { launch } from "./launch";
import { level } from "./level";
import { model } from "./model";
import { people } from "./people";
import { runs } from "./runs";
import { parts, sentences } from "./server";
import { ui } from "./ui";
import { watch } from "./watch";

const texts = { ...common, ...ui, ...chrome, ...app, ...runs, ...people, ...guide, ...launch, ...model, ...watch, ...compare };
export type Texts = typeof texts;

export interface Catalog {
  texts: Readonly<Record<string, string>>;
  /** words of the shipped levels and of the settings */
  level: Readonly<Record<string, string>>;
  /** what the server says: whole, and what fills the gaps of it */
  server: { sentences: Readonly<Record<string, string>>; parts: Readonly<Record<string, string>> };
}

export const german: Catalog = { texts, level, server: { sentences, parts } };
