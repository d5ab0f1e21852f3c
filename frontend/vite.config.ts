/** Build of the pages' styles and scripts: one entry for every page, islands loaded when needed. */
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Full pages of the live room; each is its own entry once its file exists. */
const liveEntries = ["src/live/host.ts", "src/live/room.ts", "src/live/pupil.ts"].filter((path) =>
  existsSync(here(path)),
);

/** Style sheets of a few pages each, linked by their templates. */
const pageStyles = readdirSync(here("src/styles/pages")).map((name) => `src/styles/pages/${name}`);

export default defineConfig({
  // django-vite asks the development server and the manifest for paths below STATIC_URL.
  base: "/static/",
  build: {
    // Village schools run "360" browsers built on Chromium 83 (Windows 7).
    target: "chrome83",
    cssTarget: "chrome83",
    outDir: "dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      input: ["src/main.ts", ...liveEntries, ...pageStyles].map(here),
      // htmx holds an eval() that htmx.config.allowEval = false and the CSP keep shut.
      checks: { eval: false },
    },
  },
  server: { port: 5173, strictPort: true, cors: { origin: /^http:\/\/(localhost|127\.0\.0\.1)/ } },
});
