/** What the village schools' browser (Chromium 83) cannot read must not be written. */
import { describe, expect, it } from "vitest";

const files = import.meta.glob<string>(["./**/*.css", "../live/*.css"], { query: "?raw", import: "default", eager: true });
const sheets = Object.keys(files);
const textOf = (name: string): string => (files[name] ?? "").replace(/\/\*[\s\S]*?\*\//g, "");

/** Rule bodies whose selector list is matched by the pattern. */
function bodies(css: string, selector: RegExp): string[] {
  return [...css.matchAll(/([^{}]+)\{([^{}]*)\}/g)]
    .filter(([, names]) => selector.test(names ?? ""))
    .map(([, , body]) => body ?? "");
}

it("finds the style sheets", () => {
  expect(sheets.length).toBeGreaterThan(5);
  expect(textOf("./base.css")).toContain("box-sizing");
});

describe.each(sheets)("%s", (name) => {
  it("uses nothing newer than Chromium 83", () => {
    const newer =
      /oklch|oklab|color-mix|:has\(|:is\(|:where\(|aspect-ratio|(^|[^-])inset:|@layer|@container|\bdvh\b|row-gap|column-gap/;

    expect(textOf(name).match(newer)?.[0] ?? null).toBeNull();
  });

  it("sets gap only on grids", () => {
    const flexWithGap = bodies(textOf(name), /./).filter(
      (body) => /display:\s*(inline-)?flex/.test(body) && /(^|[\s;])gap:/.test(body),
    );

    expect(flexWithGap).toEqual([]);
  });
});

describe("tokens.css", () => {
  it("holds the same dark values for the system's choice and the person's", () => {
    const values = (selector: RegExp): string[] =>
      (bodies(textOf("./tokens.css"), selector)[0] ?? "").split("\n").map((line) => line.trim()).filter(Boolean);

    const system = values(/:root:not\(\[data-theme="light"\]\)/);
    const person = values(/:root\[data-theme="dark"\]/);

    expect(system.length).toBeGreaterThan(30);
    expect(system).toEqual(person);
  });
});
