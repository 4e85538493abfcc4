import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import globals from "globals";
import { defineConfig, globalIgnores } from "eslint/config";
import ts from "typescript-eslint";

// Who may know whom: words → wire, ui, api → board → level → mind → chrome → features → app. A room imports only rooms before it.
const rooms = {
  words: ["wire", "ui", "api", "level", "board", "mind", "chrome", "features", "app"],
  wire: ["ui", "api", "level", "board", "mind", "chrome", "features", "app"],
  ui: ["wire", "api", "board", "level", "mind", "chrome", "features", "app"],
  api: ["ui", "wire", "board", "level", "mind", "chrome", "features", "app"],
  level: ["wire", "mind", "chrome", "features", "app"],
  board: ["level", "mind", "chrome", "features", "app"],
  mind: ["ui", "chrome", "features", "app"],
  chrome: ["wire", "mind", "board", "features", "app"],
};
const features = ["runs", "launch", "watch", "compare", "model", "signin", "join", "classes", "guide"];
// Compare shows lives; what a life on stage is made of has one door for it.
const closed = (feature, other) =>
  feature === "compare" && other === "watch" ? ["@/features/watch/*", "!@/features/watch/parts", "!@/features/watch/testing"] : [`@/features/${other}`, `@/features/${other}/**`];
const forbid = (files, group, message) => ({
  files,
  rules: { "no-restricted-imports": ["error", { patterns: [{ group, message }] }] },
});

export default defineConfig(
  globalIgnores(["node_modules", "dist"]),
  js.configs.recommended,
  ts.configs.strict,
  hooks.configs.flat["recommended-latest"],
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      "no-console": ["error", { allow: ["warn", "error"] }],
      "@typescript-eslint/consistent-type-imports": "error",
      // With noUncheckedIndexedAccess, "!" marks an index the code has just made sure of.
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
  { files: ["tools/**", "*.config.*"], languageOptions: { globals: { ...globals.node } }, rules: { "no-console": "off" } },
  ...Object.entries(rooms).map(([room, above]) =>
    forbid(
      [`src/${room}/**`],
      above.map((name) => `@/${name}/**`).concat(above.map((name) => `@/${name}`)),
      `${room} must not know this room`,
    ),
  ),
  ...features.map((feature) =>
    forbid(
      [`src/features/${feature}/**`],
      features
        .filter((other) => other !== feature)
        .flatMap((other) => [...closed(feature, other), `../${other}/**`])
        .concat("@/app", "@/app/**"),
      "features do not know each other; app/ puts them on a page",
    ),
  ),
);
