import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

// Every page's styles stay loaded once it was visited. A class that two features use by the same short name would let
// one dress the other, depending on where a person came from.

const SRC = join(import.meta.dirname, "..");
const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).map((name) => name.replaceAll("\\", "/"));
const text = (name: string) => readFileSync(join(SRC, name), "utf8");
const room = (name: string) => name.split("/").slice(0, name.startsWith("features/") ? 2 : 1).join("/");

function usedClasses(source: string): Set<string> {
  const written = [...source.matchAll(/className=(?:"([^"]*)"|\{([^}]*)\})/g)].map(([, plain, code]) =>
    plain ?? [...(code ?? "").matchAll(/["`]([^"`]*)["`]/g)].map(([, part]) => part).join(" "),
  );
  return new Set(written.join(" ").match(/[\w-]+/g));
}

/** Classes that a style sheet dresses on their own, wherever they stand. */
function dressed(css: string): Set<string> {
  const found = new Set<string>();
  for (const [, selectors] of css.replace(/\/\*[\s\S]*?\*\//g, "").matchAll(/([^{}@;]+)\{[^{}]*\}/g)) {
    for (const selector of selectors!.split(",")) {
      const first = selector.trim().split(/[\s>+~]/)[0]!.replace(/:not\([^)]*\)/g, "");
      const classes = [...first.matchAll(/\.([\w-]+)/g)].map(([, name]) => name!);
      if (classes.length === 1 && !first.includes(")")) found.add(classes[0]!);
    }
  }
  return found;
}

const pages = files.filter((name) => name.endsWith(".tsx") && !name.includes(".test."));
const sheets = files.filter((name) => /^(features|chrome)\/.*\.css$/.test(name));

test.each(sheets)("%s dresses its own room only", (sheet) => {
  const own = dressed(text(sheet));
  // The board is a child of the Watch page, made to be placed by it.
  const others = pages.filter((page) => room(page) !== room(sheet) && room(page) !== "board");
  const clashes = others.flatMap((page) => [...usedClasses(text(page))].filter((name) => own.has(name)).map((name) => `${name} in ${page}`));
  expect(clashes).toEqual([]);
});
