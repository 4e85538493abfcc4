import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import type { ProxyOptions } from "vite";
import { defineConfig } from "vitest/config";
import { alone } from "./vite.alone.ts";

const target = process.env["HAMLET_URL"] ?? "http://127.0.0.1:8000";

/** To the running lab, as if the page had come from there: it takes changes and sockets from its own pages only. */
const lab: ProxyOptions = {
  target,
  changeOrigin: true,
  ws: true,
  configure: (proxy) => {
    proxy.on("proxyReq", (request) => request.setHeader("Origin", target));
    proxy.on("proxyReqWs", (request) => request.setHeader("Origin", target));
  },
};

export default defineConfig(({ command }) => ({
  // Django serves the built files under /static/app/ and the page itself at every address of the app.
  base: command === "build" ? "/static/app/" : "/",
  plugins: [react(), alone()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: "../backend/lab/static/app",
    emptyOutDir: true,
    // Which file needs which: tests/platform/test_pages.py adds up what a page loads.
    manifest: "manifest.json",
    // Fonts stay files of their own: the browser fetches only the subsets a page uses.
    assetsInlineLimit: 0,
  },
  server: { proxy: Object.fromEntries(["/api", "/ws", "/sse", "/admin", "/static"].map((path) => [path, lab])) },
  test: {
    environment: "jsdom",
    setupFiles: ["src/testing/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    // One document and one copy of the modules for all files; a fresh one for each file takes more than twice as long.
    isolate: false,
    // Shared CI cores: a page's first render can be slow without being wrong.
    testTimeout: 40_000,
  },
}));
