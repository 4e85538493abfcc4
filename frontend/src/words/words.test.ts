import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { beforeEach, describe, expect, test, vi } from "vitest";
import levels from "@/testing/fixtures/levels.json";
import settings from "@/testing/fixtures/settings.json";
import { german } from "./de";
import { offered } from "./language";

const SRC = join(import.meta.dirname, "..");
const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .map((name) => name.replaceAll("\\", "/"))
  .filter((name) => /\.tsx?$/.test(name) && !/\.test\.|^(testing|words)\/|testing\/|\.gen\.|schema\.d/.test(name))
  .map((name) => ({ name, tree: ts.createSourceFile(name, readFileSync(join(SRC, name), "utf8"), ts.ScriptTarget.Latest, true, name.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS) }));

function each(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => each(child, see));
}

test("no German is left over that nobody says", () => {
  const said = new Set<string>();
  for (const { tree } of files) each(tree, (node) => void (ts.isStringLiteralLike(node) && said.add(node.text)));
  expect(Object.keys(german.texts).filter((text) => !said.has(text))).toEqual([]);
});

test.each(Object.entries(german.texts))("%s: the German has the same gaps, elements and forms", (english, said) => {
  const parts = (text: string, pattern: RegExp) => [...new Set(text.match(pattern))].sort();
  expect(parts(said, /\{\w+\}/g)).toEqual(parts(english, /\{\w+\}/g));
  expect(parts(said, /<\/?\w+>/g)).toEqual(parts(english, /<\/?\w+>/g));
  expect(said.split("|").length).toBe(english.split("|").length);
  expect(said.trim()).not.toBe("");
});

test("the words of the shipped levels and of the settings have a German", () => {
  const told = [
    ...Object.values(levels).flatMap(({ level }) => [level, ...level.meters, ...level.places].flatMap((thing) => [thing.title, "summary" in thing ? thing.summary : thing.title])),
    ...Object.values(levels).flatMap(({ level }) => level.actions.map(({ name }) => name)),
    ...Object.values(settings.schema.properties).flatMap(({ title, description }) => [title, description]),
    ...settings.presets.flatMap(({ title, summary }) => [title, summary]),
  ];
  expect([...new Set(told)].filter((text) => !(text in german.level))).toEqual([]);
});

// What a person reads goes through `tr` or `rich`. Such are: words between tags, words in the attributes that are shown or read
// aloud, and every text in the code that looks like a phrase.
const SHOWN = ["title", "label", "aria-label", "aria-description", "placeholder", "alt", "hint", "describe"];
const isWord = (text: string) => /\p{L}{2}/u.test(text) && !/^\W*Hamlet\W*$/.test(text);
const isPhrase = (text: string) => /\p{L}{2,} \p{L}+( |[.,!?]|$)/u.test(text) && /^[\p{Lu} ·,(“]/u.test(text);
/** The same in every language: program text, names of networks, examples of codes and of the secret words, which are English ones. The films are English. */
const EXCEPT = /^(features\/model\/snippets\.ts|app\/film\/.*)$/;
const SAME = ["Python", "run.yaml", "CSV", "sha256", "CNN", "MLP", "LSTM", "KITE-4271", "OTTER-3187", "amber river stone", "Shift P", "Shift D", "Shift R", "Enter on the board"];

function bare(tree: ts.SourceFile): string[] {
  const found: string[] = [];
  each(tree, (node) => {
    const { parent } = node;
    if (ts.isJsxText(node)) {
      const tag = ts.isJsxElement(parent) ? parent.openingElement.tagName.getText(tree) : "";
      if (isWord(node.text) && !SAME.includes(node.text.trim()) && !["code", "kbd", "pre"].includes(tag)) found.push(node.text.trim());
    }
    if (!ts.isStringLiteralLike(node) && !ts.isTemplateHead(node) && !ts.isTemplateMiddleOrTemplateTail(node)) return;
    if (ts.isJsxAttribute(parent) && SHOWN.includes(parent.name.getText(tree)) && isWord(node.text) && !SAME.includes(node.text)) found.push(node.text);
    let above: ts.Node = node;
    while (ts.isTemplateSpan(above.parent) || ts.isTemplateExpression(above.parent) || ts.isConditionalExpression(above.parent)) above = above.parent;
    const call = above.parent;
    if (ts.isCallExpression(call) && /^(tr|rich|named|heard)$/.test(call.expression.getText(tree))) return;
    if (ts.isNewExpression(call) || ts.isImportDeclaration(call) || ts.isLiteralTypeNode(call)) return;
    // A text that stands in a table and is translated where it is used.
    if (node.text in german.texts) return;
    if (isPhrase(node.text) && !SAME.includes(node.text)) found.push(node.text);
  });
  return found;
}

test.each(files.filter(({ name }) => !EXCEPT.test(name)))("$name says nothing in English only", ({ tree }) => {
  expect(bare(tree)).toEqual([]);
});

test("what the server says has no gap in German that it has not in English", () => {
  const gaps = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const wrong = Object.entries({ ...german.server.sentences, ...german.server.parts }).filter(([text, said]) => gaps(said).some((gap) => !gaps(text).includes(gap)));
  expect(wrong).toEqual([]);
});

test("the browser's languages are asked in their order, and English is for all others", () => {
  expect(offered(["de-AT", "en"])).toBe("de");
  expect(offered(["fr", "en-GB", "de"])).toBe("en");
  expect(offered(["fr"])).toBe("en");
});

describe("in German", () => {
  beforeEach(() => {
    localStorage.setItem("hamlet.language", "de");
    vi.resetModules();
    return () => {
      localStorage.clear();
      vi.resetModules();
    };
  });

  test("the page says which language it is in, and speaks it", async () => {
    const { language, tr } = await import("@/words");
    expect(language).toBe("de");
    expect(document.documentElement.lang).toBe("de");
    expect(tr("Launch run")).toBe("Lauf starten");
    expect(tr("{n} run chosen|{n} runs chosen", { n: 1 })).toBe("1 Lauf ausgewählt");
    expect(tr("{n} run chosen|{n} runs chosen", { n: 1200 })).toBe("1.200 Läufe ausgewählt");
  });

  test("numbers and sizes are written, and read, as German writes them", async () => {
    const format = await import("@/ui/format");
    expect(format.count(3_000_000)).toBe("3.000.000");
    expect(format.fixed(-0.25, 2)).toBe("-0,25");
    expect(format.plain(0.0015)).toBe("0,0015");
    expect(format.bytes(2_455_000)).toBe("2,5 MB");
    expect(["0,5", "0.5", "1.500", "1.500,5", format.typed(0.0015)].map(format.parse)).toEqual([0.5, 0.5, 1500, 1500.5, 0.0015]);
    expect(format.parse("half")).toBeNaN();
  });

  test("a level's words are German where it shares them with the shipped ones, and its own where it does not", async () => {
    const { spokenLevel } = await import("@/api");
    const { TOWN, HARBOUR } = await import("@/testing/data");
    expect(spokenLevel(TOWN).places.map(({ title }) => title)).toContain("Luxusbett");
    const own = HARBOUR.places.filter(({ title }) => !(title in german.level));
    expect(spokenLevel(HARBOUR).places).toEqual(expect.arrayContaining(own));
  });

  test("what the server says is German, with its values as German writes them", async () => {
    const { heard } = await import("@/words");
    expect(heard("You have 12 tokens; that is the limit. Revoke one first.")).toBe("Du hast 12 Tokens; mehr gehen nicht. Widerrufe zuerst eines.");
    expect(heard("20000 is outside; allowed is 1 to 16,384")).toBe("20.000 liegt außerhalb; erlaubt ist 1 bis 16.384");
    expect(heard("0.5 is outside; allowed is below 0.25")).toBe("0,5 liegt außerhalb; erlaubt ist unter 0,25");
    expect(heard("Your files in Elsinore, Grade 9 fill 2.0 GB of 1.5 GB. Delete runs or uploaded models that are no longer needed, or an instructor allows more.")).toBe(
      "Deine Dateien in Elsinore, Grade 9 belegen 2 GB von 1,5 GB. Lösch Läufe oder hochgeladene Modelle, die nicht mehr gebraucht werden, oder eine Lehrkraft erlaubt mehr.",
    );
    expect(heard("The run has finished; there is nothing to stop.")).toBe("Der Lauf ist fertig; es gibt nichts anzuhalten.");
    expect(heard("The file cannot be used: it is damaged: its pickle ends early.")).toBe("Die Datei lässt sich nicht verwenden: ist beschädigt: Ihr Pickle endet zu früh.");
    // What only fills gaps is no sentence of its own.
    expect(heard("from here to there")).toBe("from here to there");
  });

  test("a refusal is German, field by field and as a whole", async () => {
    const { unwrap } = await import("@/api");
    const error = {
      title: "Some fields cannot be used",
      detail: "lanes must be a whole number; seed is missing.",
      errors: [{ field: "lanes", message: "must be a whole number" }, { field: "seed", message: "is missing" }],
    };
    const refused = await unwrap(Promise.resolve({ error, response: new Response(null, { status: 422 }) })).catch((reason: unknown) => reason);
    expect(refused).toMatchObject({ message: "lanes muss eine ganze Zahl sein; seed fehlt.", fields: [{ message: "muss eine ganze Zahl sein" }, { message: "fehlt" }] });
  });

  test("a sentence of the server without a German is marked as English", async () => {
    const { foreign, heard } = await import("@/words");
    expect(foreign(heard("the moon is closed"))).toBe("en");
    expect(foreign("Lauf starten")).toBeUndefined();
  });
});
