// A browser, looking at the page: first without JavaScript and by keyboard alone, then with axe-core,
// in light and dark, on a desk and on a phone.
//
// node look.cjs CHROMIUM LINK ASKED, where ASKED is JSON: {"project": 1, "pages": {"name": "/path"},
// "heavy": ["/path"], "pictures": "/directory" or null}.
// Exits with 77 if the browser does not start. Prints JSON: {"findings": [...], "misplaced": [...], "complaints": [...], "milliseconds": {...}}.

"use strict";

const assert = require("node:assert/strict");
const path = require("node:path");
const puppeteer = require("puppeteer-core");
const axe = require("axe-core");

const [chromium, link, given] = process.argv.slice(2);
const asked = JSON.parse(given);
const origin = new URL(link).origin;

const complaints = [];
function listen(page) {
  page.on("console", (message) => {
    // Chromium reports each answer that is no success; the page of a missing link is one.
    if (!message.text().startsWith("Failed to load resource")) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
}

/** What has the focus: its text, and whether it can be seen that it has. */
function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    return {
      tag: element.tagName,
      text: element.textContent.trim(),
      href: element.getAttribute("href"),
      box: [box.top, box.left, box.width],
      outline: style.outlineStyle,
    };
  });
}

/** Presses Tab until what is wanted has the focus; the ways there must be visible. */
async function tabTo(page, isWanted) {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    const at = await focused(page);
    const isSeen = at.box.every((edge) => edge >= 0) && at.outline !== "none";
    assert(at.tag === "BODY" || isSeen, `the focus cannot be seen on ${JSON.stringify(at)}`);
    if (isWanted(at)) return at;
  }
  throw new Error(`no Tab leads to it on ${page.url()}`);
}

async function press(page, key) {
  await Promise.all([page.waitForNavigation(), page.keyboard.press(key)]);
}

async function withoutScript(browser) {
  const page = await browser.newPage();
  listen(page);
  await page.setJavaScriptEnabled(false);
  // Where things stand is asked at once, not after they moved.
  await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
  await page.goto(link);
  assert.equal(page.url(), `${origin}/`, "the code leaves the address bar");
  await tabTo(page, (at) => at.text === "Skip to the content");
  await tabTo(page, (at) => at.href === `/project/${asked.project}`);
  await press(page, "Enter");
  await tabTo(page, (at) => at.tag === "A" && at.text === "checkout");
  await press(page, "Enter");
  assert(page.url().includes("folder="), page.url());
  assert((await page.content()).includes('aria-current="page"'));
  // The first stop on every page leads past what repeats.
  await page.keyboard.press("Tab");
  assert.equal((await focused(page)).text, "Skip to the content");
  await page.keyboard.press("Enter");
  await tabTo(page, (at) => at.tag === "A" && at.text === "adds an article");
  await press(page, "Enter");
  assert((await page.title()).startsWith("adds an article"), await page.title());
  await tabTo(page, (at) => at.tag === "INPUT");
  await page.keyboard.type("adds");
  await press(page, "Enter");
  assert(page.url().endsWith("/search?q=adds"), page.url());
  await tabTo(page, (at) => at.tag === "A" && at.text === "adds an article");
  await page.close();
}

async function main() {
  const launch = puppeteer.launch({
    executablePath: chromium,
    headless: true,
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb"],
  });
  const browser = await launch.catch((error) => {
    // The machine's affair, not the page's.
    process.stderr.write(`${error.message}\n`);
    process.exit(77);
  });
  const findings = [];
  const misplaced = [];
  const milliseconds = {};
  try {
    await withoutScript(browser);
    const stranger = await browser.createBrowserContext();
    const views = Object.entries(asked.pages).map(([name, address]) => ({ name, address, browser }));
    views.push({ name: "closed", address: "/", browser: stranger });
    for (const [theme, width] of [["light", 1280], ["dark", 1280], ["light", 320], ["dark", 320]]) {
      for (const view of views) {
        const page = await view.browser.newPage();
        listen(page);
        await page.setViewport({ width, height: 900 });
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
        await page.goto(origin + view.address);
        await page.evaluate(axe.source);
        const { violations, passes } = await page.evaluate(() => axe.run());
        assert(passes.length > 10, `axe-core saw nothing on ${view.name}`);
        for (const { id, impact, help, nodes } of violations) {
          for (const node of nodes) {
            findings.push({ page: view.name, theme, width, id, impact, help, html: node.html });
          }
        }
        const scrolls = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        if (scrolls > 0) misplaced.push(`${view.name} at ${width} pixels: ${scrolls} more`);
        const strays = await page.evaluate(() =>
          [...document.querySelectorAll(".tag, code, time")]
            .filter((element) => {
              const [inner, outer] = [element, element.parentElement].map((e) => e.getBoundingClientRect());
              return inner.top < outer.top - 8 || inner.bottom > outer.bottom + 8;
            })
            .map((element) => element.outerHTML),
        );
        misplaced.push(...strays.map((stray) => `${view.name}: not in its place: ${stray}`));
        if (asked.pictures) {
          const file = path.join(asked.pictures, `${view.name}-${theme}-${width}.png`);
          await page.screenshot({ path: file, fullPage: true });
        }
        await page.close();
      }
    }
    for (const address of asked.heavy) {
      const times = [];
      for (let round = 0; round < 3; round += 1) {
        const page = await browser.newPage();
        await page.goto(origin + address, { waitUntil: "load" });
        times.push(await page.evaluate(() => performance.getEntriesByType("navigation")[0].duration));
        await page.close();
      }
      milliseconds[address] = Math.min(...times);
    }
  } finally {
    await browser.close();
  }
  process.stdout.write(JSON.stringify({ findings, misplaced, complaints, milliseconds }));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
