// Writes src/api/schema.d.ts from openapi.json, the document that the API exports of itself.
// `--check` only compares, and fails where the two differ. Usage: npm run types [-- --check]
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const from = new URL("../openapi.json", import.meta.url);
const to = new URL("../src/api/schema.d.ts", import.meta.url);

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
