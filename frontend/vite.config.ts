import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env["HAMLET_URL"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  base: "/static/app/",
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: "../backend/lab/static/app",
    emptyOutDir: true,
    // Fonts stay files of their own: the browser fetches only the subsets a page uses.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: {
      "/api": server,
      "/admin": server,
      "/static/admin": server,
      "/ws": { target: server, ws: true },
    },
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/testing/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    // Shared CI cores: a page's first render can be slow without being wrong.
    testTimeout: 20_000,
  },
});
