// The reading views in Firefox: `make firefox`. What each view has to show, the tests in Python ask
// of Chromium; here is asked whether another browser shows it, too.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { csvParse } from "d3-dsv";
import puppeteer from "puppeteer-core";

const { FIREFOX = "/usr/bin/firefox-esr", PAGE } = process.env;
const views = JSON.parse(await readFile(new URL("../views.json", import.meta.url)));
const claims = csvParse(await readFile(new URL("../../data/casualty_reports.csv", import.meta.url), "utf8"));
const READY = "html[data-ready] main > *";
let browser;
let page;
let wrong;

before(async () => {
  assert.ok(PAGE, "PAGE names the index.html of a page that kzdata site wrote");
  browser = await puppeteer.launch({ browser: "firefox", executablePath: FIREFOX, headless: true });
  page = await browser.newPage();
  page.on("console", (message) => wrong.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  page.on("request", (request) => /^(file|data):/.test(request.url()) || wrong.push(`request: ${request.url()}`));
});
after(() => browser?.close());

/** Opens a view anew in a window of some width. */
async function open(view, width = 1280) {
  wrong = [];
  await page.setViewport({ width, height: 900 });
  await page.goto("about:blank");
  await page.goto(`${pathToFileURL(PAGE)}${view}`);
  await page.waitForSelector(READY);
}

/** What a function of the page gives, once what was asked for is drawn. */
const told = async (look, ...given) => {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30))));
  return page.evaluate(look, ...given);
};
const shown = () => told(() => [...document.querySelectorAll(".matrix [data-open]")].map((one) => one.dataset.open));

for (const width of [1280, 360])
  test(`each view is drawn, ${width} pixels wide`, async () => {
    for (const view of [...views.reading, ...views.others]) {
      await open(view, width);
      const [words, wide] = await told(() => [
        document.querySelector("main").innerText.trim(),
        document.documentElement.scrollWidth - document.documentElement.clientWidth,
      ]);
      assert.ok(words, view);
      assert.ok(wide <= 0, `${view} is ${wide} pixels too wide`);
      assert.deepEqual(wrong, [], view);
    }
  });

test("no key stands where a reader wants names", async () => {
  for (const view of views.reading) {
    await open(view);
    const words = await told(() => {
      for (const one of document.querySelectorAll(".proof, pre, footer .address")) one.remove();
      for (const one of document.querySelectorAll("details")) one.open = true;
      return document.body.innerText;
    });
    assert.equal(/\b[A-Z]{2}-[0-9]{4}\b/.exec(words), null, view);
  }
});

test("one click leads from the front page to the words of every figure", async () => {
  await open("#/story");
  for (const { report_id: key, value_text: wording } of claims) {
    await (await page.$(`.matrix [data-open="${key}"]`)).click();
    const words = await told(() => document.querySelector("aside.beside blockquote").textContent);
    assert.ok(words.includes(wording), `${key}: ${words}`);
  }
  assert.deepEqual(wrong, []);
});

test("a card opens and closes by keys, and the focus comes back", async () => {
  await open("#/story");
  const key = claims[0].report_id;
  await page.focus(`.matrix [data-open="${key}"]`);
  await page.keyboard.press("Enter");
  assert.ok(await told(() => document.querySelector("aside.beside h2").textContent));
  await page.keyboard.press("Escape");
  assert.equal(await told(() => document.querySelector("aside.beside")), null);
  assert.equal(await told(() => document.activeElement.dataset.open), key);
});

test("the day that a reader sets holds, and back returns to the day before", async () => {
  await open("#/story");
  const all = await shown();
  await told(() => {
    location.hash = "#/story?as-of=2022-01-05";
  });
  const early = await shown();
  assert.ok(early.length > 0 && early.length < all.length);
  await page.goBack();
  assert.deepEqual(await shown(), all);
});

test("read along plays each day once", async () => {
  await open("#/story");
  await told(() => {
    window.seen = [];
    addEventListener("hashchange", () =>
      window.seen.push(new URLSearchParams(location.hash.split("?")[1]).get("as-of")),
    );
    [...document.querySelectorAll("button")].find((one) => one.textContent.includes("Read along")).click();
  });
  await page.waitForFunction(() => window.seen.length && window.seen.at(-1) === null, { timeout: 20_000 });
  assert.deepEqual(await told(() => window.seen), ["2022-01-05", "2022-01-06", "2022-01-07", null]);
});

test("pages of single claims have no script that runs, and are read", async () => {
  wrong = [];
  await page.goto(new URL(`claim/${claims[0].report_id}.html`, pathToFileURL(PAGE)).href);
  const words = await page.$eval("main", (main) => main.innerText);
  assert.ok(words.includes(claims[0].value_text));
  assert.equal(await page.$("script:not([type='application/ld+json'])"), null);
  assert.deepEqual(wrong, []);
});
