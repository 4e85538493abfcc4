/** What is built beside the pages: the replay as one file that needs no server, the film's pictures for node, and outlines. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { build } from "vite";
import type { InlineConfig, Plugin } from "vite";
// @ts-expect-error plain JavaScript
import { everyOutline } from "./tools/icons.mjs";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
// One file fetches no other: the languages lie in it.
const alias = { "@/words/catalog": here("./src/words/catalog.alone.ts"), "@": here("./src") };

/** Scripts and styles go into the page itself, and nothing else is left of the build. */
function oneFile(): Plugin {
  return {
    name: "one-file",
    enforce: "post",
    generateBundle(_, bundle) {
      const pages = Object.values(bundle).filter((file) => file.fileName.endsWith(".html"));
      for (const page of pages) {
        if (page.type !== "asset") continue;
        page.source = String(page.source)
          .replace(/<link rel="stylesheet"[^>]*href="([^"]+)"[^>]*>/g, (_tag, href: string) => `<style>${content(href)}</style>`)
          // At the end of the body: an inline module cannot be deferred by a browser that knows only plain scripts.
          .replace(/\s*<script type="module"[^>]*src="([^"]+)"[^>]*><\/script>/g, "")
          .replace("</body>", () => `<script>${entry().replaceAll("</script", "<\\/script")}</script></body>`);
      }
      function content(href: string): string {
        const file = Object.values(bundle).find(({ fileName }) => href.endsWith(fileName));
        if (file?.type !== "asset") throw new Error(`${href} is not in the bundle`);
        Reflect.deleteProperty(bundle, file.fileName);
        return String(file.source);
      }
      function entry(): string {
        const file = Object.values(bundle).find((one) => one.type === "chunk" && one.isEntry);
        if (file?.type !== "chunk") throw new Error("the page has no script");
        Reflect.deleteProperty(bundle, file.fileName);
        return file.code;
      }
    },
  };
}

const replay: InlineConfig = {
  configFile: false,
  root: here("."),
  base: "./",
  publicDir: false,
  logLevel: "error",
  plugins: [react(), oneFile()],
  resolve: { alias },
  build: {
    outDir: here("../backend/lab/static/app"),
    emptyOutDir: false,
    cssCodeSplit: false,
    modulePreload: false,
    // Fonts and all: the file is opened where there is no network.
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    rollupOptions: { input: here("./replay.html"), output: { format: "iife" } },
  },
};

const film: InlineConfig = {
  configFile: false,
  root: here("."),
  publicDir: false,
  logLevel: "error",
  resolve: { alias },
  // All in one file but the canvas, which is machine code.
  ssr: { noExternal: true, external: ["@napi-rs/canvas"] },
  build: {
    ssr: here("./src/app/film/main.ts"),
    outDir: here("../backend/lab/static/app"),
    emptyOutDir: false,
    rollupOptions: { output: { entryFileNames: "film.mjs" } },
  },
};

/** Builds these after the pages, into the same folder. */
export function alone(): Plugin {
  return {
    name: "alone",
    apply: "build",
    async closeBundle() {
      for (const config of [replay, film]) await build(config);
      // Of every icon there is, for levels whose own the pages do not carry (backend/lab/runs/levels.py).
      writeFileSync(here("../backend/lab/static/app/icons.json"), JSON.stringify(await (everyOutline as () => Promise<Record<string, string>>)()));
    },
  };
}
