/** Which language the pages speak: what the person chose, else what the browser asks for, else English. */

/** The languages there are, by the names they give themselves. */
export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = "hamlet.language";
const isLanguage = (name: unknown): name is Language => typeof name === "string" && Object.hasOwn(LANGUAGES, name);
const primary = (tag: string): string => tag.toLowerCase().split("-")[0]!;

// Storage may be switched off in the browser; the browser's own languages then decide.
function chosen(): Language | null {
  try {
    const name = localStorage.getItem(KEY);
    return isLanguage(name) ? name : null;
  } catch {
    return null;
  }
}

/** The first of the wanted tags ("de-AT") that there is. */
export const offered = (wanted: readonly string[]): Language => wanted.map(primary).find(isLanguage) ?? "en";

/** Pictures that are drawn without a page, the films, are in English. */
const inPage = typeof document !== "undefined";
const wanted: readonly string[] = inPage ? navigator.languages : [];

export const language: Language = inPage ? (chosen() ?? offered(wanted)) : "en";

/** For numbers and dates: the wanted variety of the language ("de-AT"), else the language as such. */
export const locale: string = wanted.find((tag) => primary(tag) === language) ?? language;

if (inPage) document.documentElement.lang = language;

/** Speaks `next` from now on, here and in later visits. The page is loaded anew, as its texts are. */
export function speak(next: Language): void {
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // nothing to keep it in: the browser's own language stays
  }
  window.location.reload();
}
