// Copies the front-end files that pages use out of node_modules into static/vendor, and draws the world map.
// Run by tools/bootstrap.py after `npm ci --ignore-scripts`; nothing in static/vendor is edited by hand.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { worldMap } from "./world_map.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const vendor = join(root, "static", "vendor");
const { duewatch } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const copies = {
  "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
  "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
  "echarts/dist/echarts.min.js": "echarts.min.js",
};

// The hashed-names storage follows these comments and fails: the maps are not shipped.
const withoutSourceMap = (text) =>
  text.replace(/\/\*# sourceMappingURL=.*?\*\//g, "").replace(/^\/\/# sourceMappingURL=.*$/gm, "");

// One file with a <symbol> for each icon that package.json names.
const sprite = (names) => {
  const symbols = names.map((name) => {
    const drawing = readFileSync(join(modules, "@tabler/icons/icons/outline", `${name}.svg`), "utf8");
    const paths = drawing.match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1].replace(/\s*\n\s*/g, "");
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" `
      + `stroke-linecap="round" stroke-linejoin="round">${paths}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
};

rmSync(vendor, { recursive: true, force: true });
mkdirSync(vendor, { recursive: true });
for (const [source, target] of Object.entries(copies)) {
  writeFileSync(join(vendor, target), withoutSourceMap(readFileSync(join(modules, source), "utf8")));
}
writeFileSync(join(vendor, "icons.svg"), sprite(duewatch.icons));
const atlas = JSON.parse(readFileSync(join(modules, "world-atlas/countries-50m.json"), "utf8"));
writeFileSync(join(vendor, "world.json"), JSON.stringify(worldMap(atlas)));
