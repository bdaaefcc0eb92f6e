// Builds the front end into the Python package. The same sources give the same bytes.

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import * as esbuild from "esbuild";
import { feature } from "topojson-client";
import {
  filter,
  filterWeight,
  presimplify,
  simplify,
  sphericalRingArea,
  sphericalTriangleArea,
} from "topojson-simplify";
import { DESK, here, PAGE, settings } from "./bundle.mjs";

const require = createRequire(import.meta.url);
const kzdata = path.join(here, "..", "sdk", "kzdata");
const out = process.argv[2] ?? path.join(kzdata, "site", "assets");
const desk = process.argv[2] ? path.join(out, "desk") : path.join(kzdata, "desk", "assets");

// Steradians: a corner, or an island, smaller than this is not seen at the scale of the map.
const CORNER = 3e-6;
const ISLAND = 3e-5;

/** Natural Earth's countries at 1:50 million, without what would not be seen: name and rings of each. */
async function outlines() {
  const world = JSON.parse(await readFile(require.resolve("world-atlas/countries-50m.json"), "utf8"));
  const countries = world.objects.countries;
  const thinned = simplify(presimplify({ ...world, objects: { countries } }, sphericalTriangleArea), CORNER);
  // The weight of a ring is told as its points, though its types name another shape.
  const kept = filter(thinned, filterWeight(thinned, ISLAND, /** @type {any} */ (sphericalRingArea)));
  /** @type {any} */
  const { features } = feature(kept, kept.objects.countries);
  const shapes = features
    .filter((/** @type {any} */ { geometry }) => geometry)
    .map((/** @type {any} */ { properties, geometry }) => ({
      name: properties.name,
      rings: (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates).flat().map(rounded),
    }));
  return `[\n${shapes.map((/** @type {object} */ shape) => JSON.stringify(shape)).join(",\n")}\n]\n`;
}

/**
 * A ring to about a kilometre, without points that fall together.
 * @param {number[][]} ring
 */
function rounded(ring) {
  const points = ring.map((point) => point.map((number) => Math.round(number * 100) / 100));
  return points.filter(([x, y], place) => place === 0 || x !== points[place - 1][0] || y !== points[place - 1][1]);
}

const HEAD = "The evidence page is built with the packages below. Outlines: Natural Earth, public domain.\n";

/**
 * The licences of all that is bundled; the outlines are no module.
 * @param {object} inputs the files, by their paths
 * @param {string} head
 * @param {string[]} drawn
 */
async function notices(inputs, head, drawn = []) {
  const names = new Set(drawn);
  for (const input of Object.keys(inputs)) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) names.add(found[1]);
  }
  const parts = [];
  for (const name of [...names].sort()) {
    const folder = path.join(here, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
    const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|copying)/i.test(file)).sort();
    const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), "utf8")));
    parts.push(`${name} ${version} (${license})\n\n${texts.join("\n").trim()}\n`);
  }
  return [head, ...parts].join(`\n${"-".repeat(78)}\n\n`);
}

/**
 * Bundles some entry points into a folder.
 * @param {typeof PAGE} entryPoints
 * @param {string} folder
 */
async function bundle(entryPoints, folder) {
  await mkdir(folder, { recursive: true });
  const { metafile } = await esbuild.build({ ...settings(entryPoints, folder), metafile: true });
  return metafile.inputs;
}

const page = await bundle(PAGE, out);
await writeFile(path.join(out, "index.html"), await readFile(path.join(here, "src/index.html")));
await writeFile(path.join(out, "outlines.json"), await outlines());
await writeFile(path.join(out, "notices.txt"), await notices(page, HEAD, ["world-atlas"]));

const edit = await bundle(DESK, desk);
await writeFile(path.join(desk, "index.html"), await readFile(path.join(here, "src/edit/index.html")));
await writeFile(path.join(desk, "notices.txt"), await notices(edit, "The desk is built with the packages below.\n"));
