import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
// @ts-expect-error a plain script without types
import { table } from "../../tools/icons.mjs";
import * as format from "./format";
import { iconPath, learnIcons } from "./Icon";
import { fill } from "./icons.gen";

test("the icons are Phosphor's own outlines", async () => {
  expect(readFileSync("src/ui/icons.gen.ts", "utf8")).toBe(await (table as () => Promise<string>)());
});

test("every icon that the pages name is there", () => {
  const named = (text: string) => Array.from(text.matchAll(/(?:<Icon name=|\bicon=|\bicon: )"([\w-]+)"/g), ([, name]) => name!);
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => /\.tsx?$/.test(file) && !/test/.test(file));
  const names = new Set(files.flatMap((file) => named(readFileSync(`src/${file}`, "utf8"))));
  expect(names.size).toBeGreaterThan(50);
  expect([...names].filter((name) => name !== "cube" && iconPath(name) === fill.cube)).toEqual([]);
});

test("an icon that a level invented is drawn as a cube", () => {
  expect(iconPath("spaceship", "fill")).toBe(fill.cube);
  learnIcons({ outlines: { "shooting-star": "M0,0Z" } });
  expect(iconPath("shooting-star", "fill")).toBe("M0,0Z");
});

test("numbers are written as people write them", () => {
  expect(format.count(3_000_000)).toBe("3,000,000");
  expect(format.bytes(119_404)).toBe("119 kB");
  expect(format.bytes(2_455_000)).toBe("2.5 MB");
  expect(format.ordinal(2)).toBe("Second");
  expect(format.ordinal(13)).toBe("13th");
  expect(format.ordinal(22)).toBe("22nd");
  expect([0.2, 60, 700, 7800].map(format.duration)).toEqual(["1 s", "60 s", "12 min", "2 h 10"]);
  expect(format.ago("2026-11-24T10:00:00Z", Date.parse("2026-11-24T10:00:12Z"))).toBe("12 s ago");
});
