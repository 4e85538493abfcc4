import { catalog } from "@/words/catalog";
import { createElement, Fragment } from "react";
import type { ReactNode } from "react";
import type { Texts } from "./de";
import { language, locale } from "./language";

/** Every text of the pages, by its English; src/words/de/ has the same in German. A text that is not there does not compile. */
export type Text = keyof Texts & string;

/** The names in braces: "{n} of {all}" → "n" | "all". */
type Braces<T extends string> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | Braces<Rest> : never;
/** A text of two forms needs the number that decides, printed or not. */
type Gaps<T extends string> = Braces<T> | (T extends `${string}|${string}` ? "n" : never);
type Filled<T extends string, Value> = [Gaps<T>] extends [never] ? [values?: Record<string, never>] : [values: Record<Gaps<T>, Value>];

const number = new Intl.NumberFormat(locale);
const plural = new Intl.PluralRules(language);

/** The text in the language on screen, of "one|other" the form that `n` takes. */
function formOf(text: Text, n: unknown): string {
  const said: string = catalog.texts?.[text] ?? text;
  if (!said.includes("|")) return said;
  const [one, other] = said.split("|");
  return plural.select(Number(n)) === "one" ? one! : other!;
}

const written = (value: unknown): string => (typeof value === "number" ? number.format(value) : String(value));

/**
 * A text in the language on screen.
 *
 * Gaps in braces are filled by name, numbers as the language writes them. A text with a bar has two forms, "{n} life|{n} lives":
 * the number `n` decides.
 */
export function tr<T extends Text>(text: T, ...[values]: Filled<T, string | number>): string {
  const given: Record<string, unknown> = values ?? {};
  return formOf(text, given["n"]).replace(/\{(\w+)\}/g, (_, name: string) => written(given[name]));
}

type Around = (inside: string) => ReactNode;
const PLAIN: Record<string, Around> = Object.fromEntries(["b", "code", "kbd", "small"].map((tag) => [tag, (inside: string) => createElement(tag, null, inside)]));

/**
 * A text with elements in it: a gap may be filled with one, and "<b>…</b>" or "<link>…</link>" are put around what stands
 * between them by the function of that name; b, code, kbd and small need none.
 */
export function rich<T extends Text>(text: T, values: Record<Gaps<T>, ReactNode> & Record<string, ReactNode | Around>): ReactNode {
  const around = { ...PLAIN, ...values } as Record<string, Around>;
  const given = values as Record<string, ReactNode>;
  const filled = (part: string): ReactNode[] => part.split(/\{(\w+)\}/).map((piece, i) => (i % 2 ? (typeof given[piece] === "number" ? written(given[piece]) : given[piece]) : piece));
  const parts = formOf(text, given["n"]).split(/(<(\w+)>.*?<\/\2>)/);
  return createElement(
    Fragment,
    null,
    // Of each three: what stands outside, an element, and its name once more.
    ...parts.flatMap((part, i) => {
      if (i % 3 === 0) return filled(part);
      if (i % 3 === 2) return [];
      const name = parts[i + 1]!;
      return [around[name]!(filled(part.slice(name.length + 2, -name.length - 3)).join(""))];
    }),
  );
}

/** The title of a level's thing within a sentence: English writes it small, German as it is. */
export const inner = (title: string): string => (language === "en" ? title.toLowerCase() : title);

/** A word of the shipped levels and settings in the language on screen; what somebody else wrote stays as it is. */
export const named = (text: string): string => (catalog.level as Record<string, string> | undefined)?.[text] ?? text;
