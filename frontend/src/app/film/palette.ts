import { paletteOf } from "@/board/color";
import type { Palette } from "@/board";
import sheet from "@/ui/tokens.css?raw";

const block = (selector: string): Record<string, string> => {
  const begin = sheet.indexOf(`${selector}{`) + selector.length + 1;
  const text = sheet.slice(begin, sheet.indexOf("}", begin));
  return Object.fromEntries(Array.from(text.matchAll(/--([\w-]+):([^;}]+)/g), ([, name, value]) => [name!, value!.trim()]));
};

/** The design's tokens of a theme, read where the pages read them. */
export function themed(theme: "light" | "dark"): Palette {
  const tokens: Record<string, string> = { ...block(":root"), ...(theme === "dark" && block("[data-theme=dark]")), sans: "Inter" };
  return paletteOf((name) => tokens[name] ?? "");
}
