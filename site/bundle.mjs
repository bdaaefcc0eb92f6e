// What is bundled, and how: for the build and for the server of a workshop.
import path from "node:path";
import { fileURLToPath } from "node:url";

export const here = path.dirname(fileURLToPath(import.meta.url));

/**
 * @param {string} file
 * @param {string} name
 */
const entry = (file, name) => ({ in: `src/${file}`, out: name });

export const PAGE = [entry("app.jsx", "app"), entry("app.css", "app"), entry("record.css", "record")];
// The desk is its own bundle, so that no page that is published holds any of it.
export const DESK = [entry("edit/main.jsx", "edit"), entry("edit/edit.css", "edit")];

/**
 * How some entry points are bundled.
 * @param {typeof PAGE} entryPoints
 * @param {string} outdir
 * @returns {import("esbuild").BuildOptions}
 */
export const settings = (entryPoints, outdir) => ({
  absWorkingDir: here,
  entryPoints,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2020",
  charset: "utf8",
  jsx: "automatic",
  jsxImportSource: "preact",
  alias: { react: "preact/hooks", "react-dom": "./src/react-dom.js" },
  legalComments: "none",
  metafile: true,
  outdir,
});
