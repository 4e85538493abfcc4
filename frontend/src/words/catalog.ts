/** The texts of the language on screen. English stands in the code; another language is one more file, fetched when it is spoken. */
import { language } from "./language";
import type { Catalog } from "./de";

// Whoever imports a text waits for this line, so that constants of modules are translated like everything else.
export const catalog: Partial<Catalog> = language === "de" ? (await import("./de")).german : {};
