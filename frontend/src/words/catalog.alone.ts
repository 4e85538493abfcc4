/** In place of catalog.ts where a build is one file that cannot fetch another (vite.alone.ts). */
import { german } from "./de";
import type { Catalog } from "./de";
import { language } from "./language";

export const catalog: Partial<Catalog> = language === "de" ? german : {};
