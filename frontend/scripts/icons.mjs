/**
 * Write core/icons.json: the drawings of the Tabler icons named in core/icons.txt.
 *
 * The pages draw icons as inline SVG from that file, so neither node_modules nor a
 * sprite is needed at run time. A name ending in "-filled" takes the filled drawing.
 * Run after changing the list: npm run icons
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const core = join(here, "../../src/tongke/core");
const tabler = join(here, "../node_modules/@tabler/icons/icons");

/** The SVG children of one icon, without the invisible bounding path. */
function drawing(name) {
  const filled = name.endsWith("-filled");
  const file = join(tabler, filled ? "filled" : "outline", `${name.replace(/-filled$/, "")}.svg`);
  if (!existsSync(file)) {
    throw new Error(`icons.txt names “${name}”, which @tabler/icons does not have.`);
  }
  const svg = readFileSync(file, "utf8").replace(/<!--[\s\S]*?-->/g, "");
  const inner = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>[\s\S]*$/, "");
  return inner
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/g, "")
    .replace(/\s*\n\s*/g, "")
    .replace(/\s+\/>/g, "/>")
    .trim();
}

const names = readFileSync(join(core, "icons.txt"), "utf8")
  .split("\n")
  .map((line) => line.trim())
  .filter((line) => line !== "" && !line.startsWith("#"));
const icons = Object.fromEntries([...new Set(names)].sort().map((name) => [name, drawing(name)]));
writeFileSync(join(core, "icons.json"), `${JSON.stringify(icons, null, 1)}\n`);
console.log(`icons.json: ${Object.keys(icons).length} icons`);
