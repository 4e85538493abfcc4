/** What the server says, which it says in English: by its templates (frontend/tools/said.py) it is said in the language on screen. */
import { catalog } from "@/words/catalog";
import { language, locale } from "./language";

type Texts = Readonly<Record<string, string>>;

const english = new Set<string>();
const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 10 });
const NUMBER = /^-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/;

interface Template {
  pattern: RegExp;
  names: string[];
  said: string;
  /** characters that are not a gap's */
  certain: number;
}

/** Those with gaps, the most certain first: what is written out decides, not what a gap may swallow. */
function templates(texts: Texts): Template[] {
  return Object.entries(texts)
    .filter(([text]) => text.includes("{"))
    .map(([text, said]) => {
      const pieces = text.split(/\{(\w+)\}/);
      const escaped = pieces.map((piece, i) => (i % 2 ? "([^]*?)" : piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")));
      const written = pieces.filter((_, i) => i % 2 === 0).join("");
      return { pattern: new RegExp(`^${escaped.join("")}$`), names: pieces.filter((_, i) => i % 2), said, certain: written.length };
    })
    .sort((a, b) => b.certain - a.certain);
}

const { sentences = {}, parts = {} } = catalog.server ?? {};
const whole = templates(sentences);
const inner = templates({ ...sentences, ...parts });

function inLanguage(sentence: string, texts: Texts, gapped: readonly Template[]): string | undefined {
  if (texts[sentence] !== undefined) return texts[sentence];
  for (const { pattern, names, said } of gapped) {
    const values = pattern.exec(sentence)?.slice(1);
    if (values) return said.replace(/\{(\w+)\}/g, (_, name: string) => filled(values[names.indexOf(name)] ?? ""));
  }
  return undefined;
}

/** What fills a gap: a number as the language writes it, words of the server in the language, anything else as it came. */
function filled(value: string): string {
  const bare = value.trim();
  if (NUMBER.test(bare)) return value.replace(bare, number.format(Number(bare.replaceAll(",", ""))));
  return inLanguage(value, { ...sentences, ...parts }, inner) ?? value;
}

/** A sentence of the server in the language on screen. */
export function heard(sentence: string): string {
  const said = inLanguage(sentence, sentences, whole);
  if (said === undefined && language !== "en") english.add(sentence);
  return said ?? sentence;
}

/** The `lang` of what is shown: "en" for a sentence of the server that stayed English among words of another language. */
export const foreign = (shown: unknown): "en" | undefined => (typeof shown === "string" && english.has(shown) ? "en" : undefined);
