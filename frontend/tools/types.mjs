// Writes src/api/schema.d.ts from openapi.json, the document that the API exports of itself.
// `--check` only compares, and fails where the two differ. Usage: npm run types [-- --check]
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const from = join(import.meta.dirname, "../openapi.json");
const to = join(import.meta.dirname, "../src/api/schema.d.ts");

export async function generate() {
  const body = astToString(await openapiTS(JSON.parse(readFileSync(from, "utf8"))));
  return `// Generated from openapi.json by tools/types.mjs. Do not edit: npm run types\n\n${body}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const fresh = await generate();
  if (!process.argv.includes("--check")) writeFileSync(to, fresh);
  else if (readFileSync(to, "utf8") !== fresh) {
    console.error("src/api/schema.d.ts does not match openapi.json: npm run types");
    process.exit(1);
  }
}
