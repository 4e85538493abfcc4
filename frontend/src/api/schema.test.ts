import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
// @ts-expect-error a plain script without types
import { generate } from "../../tools/types.mjs";

test("the types are those of the API's own document", async () => {
  expect(readFileSync("src/api/schema.d.ts", "utf8"), "run: npm run types").toBe(await (generate as () => Promise<string>)());
});
