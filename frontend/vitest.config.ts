/** Unit tests of the islands and the shell, beside the code. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  // css: the style sheets are tested as text; without it they would read as empty.
  test: { environment: "happy-dom", css: true, include: ["src/**/*.test.ts"] },
});
