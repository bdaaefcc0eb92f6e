// A server for whoever changes the front end:
//
//   npm run dev -- DIR     DIR was written by `kzdata site DIR`
//
// The page in DIR is served with the script and the styles that the sources give now, and is loaded
// again after each change. The desk's assets are built into the package after each change, with or
// without DIR: start `kzdata edit` again to see them. Only this machine is answered.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import * as esbuild from "esbuild";
import { DESK, here, PAGE, settings } from "./bundle.mjs";

const [folder, port = "8017"] = process.argv.slice(2);
/** @type {Record<string, string>} */
const KINDS = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".txt": "text/plain",
  ".json": "application/json",
};
const RELOAD = 'new EventSource("/changes").onmessage = () => location.reload();\n';

/** What was built last, by path. @type {Map<string, Uint8Array | string>} */
const built = new Map([["/reload.js", RELOAD]]);
/** Pages that wait for a change. @type {Set<import("node:http").ServerResponse>} */
const waiting = new Set();

/** @param {esbuild.BuildResult} result */
function take({ outputFiles = [] }) {
  for (const file of outputFiles) built.set(`/${path.basename(file.path)}`, file.contents);
  for (const page of waiting) page.write("data: \n\n");
}

/**
 * A page that loads itself again; its policy would allow no request.
 * @param {string} html
 */
const reloading = (html) =>
  html
    .replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "")
    .replace("</head>", '<script src="/reload.js" defer></script></head>');

/**
 * A file of the page, as it was built last or as it lies in the folder.
 * @param {string} asked
 */
async function body(asked) {
  const known = built.get(asked);
  if (known !== undefined) return known;
  const file = path.join(path.resolve(folder), asked);
  if (path.relative(folder, file).startsWith("..")) throw new Error(asked);
  const read = await readFile(file);
  return file.endsWith(".html") ? reloading(read.toString()) : read;
}

/**
 * Answers with a file, or with 404.
 * @param {string} address
 * @param {import("node:http").ServerResponse} response
 */
async function answer(address, response) {
  try {
    const asked = decodeURI(new URL(address, "http://localhost").pathname).replace(/\/$/, "/index.html");
    const found = await body(asked);
    const kind = KINDS[path.extname(asked)] ?? "text/plain";
    response.writeHead(200, { "Content-Type": kind, "Cache-Control": "no-store" }).end(found);
  } catch {
    response.writeHead(404).end();
  }
}

/**
 * Keeps a page waiting for the next change.
 * @param {import("node:http").ServerResponse} page
 */
function wait(page) {
  page.writeHead(200, { "Content-Type": "text/event-stream" }).flushHeaders();
  waiting.add(page);
  page.on("close", () => waiting.delete(page));
}

const server = createServer(({ url = "/" }, response) => {
  if (url === "/changes") wait(response);
  else answer(url, response);
});

/** @param {esbuild.BuildOptions} options */
const watch = async (options) => (await esbuild.context(options)).watch();

await watch({ ...settings(DESK, path.join(here, "..", "sdk", "kzdata", "desk", "assets")), logLevel: "info" });
if (folder) {
  /** @type {esbuild.Plugin} */
  const taking = { name: "take", setup: (build) => build.onEnd(take) };
  await watch({
    ...settings(PAGE, "/"),
    minify: false,
    sourcemap: "inline",
    write: false,
    plugins: [taking],
    logLevel: "info",
  });
  server.listen(Number(port), "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/ shows ${folder}`));
}
