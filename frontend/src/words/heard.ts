/** What the server says, which it says in English. Its commonest sentences have a German; the others stay and are marked as English. */
import { catalog } from "@/words/catalog";
import { language } from "./language";

const english = new Set<string>();

/** A sentence of the server in the language on screen, if there is one. */
export function heard(sentence: string): string {
  const said = catalog.server?.[sentence];
  if (said === undefined && language !== "en") english.add(sentence);
  return said ?? sentence;
}

/** The `lang` of what is shown: "en" for a sentence of the server that stayed English among words of another language. */
export const foreign = (shown: unknown): "en" | undefined => (typeof shown === "string" && english.has(shown) ? "en" : undefined);
