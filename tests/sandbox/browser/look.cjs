// Opens the page and an HTML report in a browser: first without JavaScript and by keyboard only, then with axe-core,
// in light and dark mode, at desktop and phone width.
//
// node look.cjs CHROMIUM LINK SETTINGS, where SETTINGS is JSON: {"project": 1, "pages": {"name": "/path", "report": "file:///path"},
// "heavy": ["/path"], "pictures": "/directory" or null}.
// Exits with 77 if the browser does not start. Prints JSON: {"findings": [...], "misplaced": [...], "errors": [...], "milliseconds": {...}}.

"use strict";

const assert = require("node:assert/strict");
const path = require("node:path");
const puppeteer = require("puppeteer-core");
const axe = require("axe-core");

const [chromium, link, given] = process.argv.slice(2);
const settings = JSON.parse(given);
const origin = new URL(link).origin;
const full = (address) => (address.startsWith("file:") ? address : origin + address);

const errors = [];
function listen(page) {
  page.on("console", (message) => {
    // Chromium reports every error status, such as that of the page that asks for the link.
    if (!message.text().startsWith("Failed to load resource")) errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("requestfailed", (request) => errors.push(`failed: ${request.url()}`));
}

/** The focused element, and whether its focus is visible. */
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

/** Presses Tab until the wanted element has the focus; on the way, the focus must be visible. */
async function tabTo(page, isWanted) {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    const at = await focused(page);
    const isVisible = at.box.every((edge) => edge >= 0) && at.outline !== "none";
    assert(at.tag === "BODY" || isVisible, `the focus is not visible on ${JSON.stringify(at)}`);
    if (isWanted(at)) return at;
  }
  throw new Error(`Tab does not reach the element on ${page.url()}`);
}

async function press(page, key) {
  await Promise.all([page.waitForNavigation(), page.keyboard.press(key)]);
}

async function withoutScript(browser) {
  const page = await browser.newPage();
  listen(page);
  await page.setJavaScriptEnabled(false);
  // Without animations, so that positions are final at once.
  await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
  await page.goto(link);
  assert.equal(page.url(), `${origin}/`, "the code leaves the address bar");
  await tabTo(page, (at) => at.text === "Skip to main content");
  await tabTo(page, (at) => at.href === `/project/${settings.project}`);
  await press(page, "Enter");
  await tabTo(page, (at) => at.tag === "A" && at.text === "checkout");
  await press(page, "Enter");
  assert(page.url().includes("folder="), page.url());
  assert((await page.content()).includes('aria-current="page"'));
  // The first stop on every page skips the repeated header.
  await page.keyboard.press("Tab");
  assert.equal((await focused(page)).text, "Skip to main content");
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

/** The report shows everything without its script, and the matching tests with it. */
async function filterReport(browser) {
  for (const script of [false, true]) {
    const page = await browser.newPage();
    listen(page);
    await page.setJavaScriptEnabled(script);
    await page.goto(settings.pages.report);
    assert.equal((await page.$("#filter").then((form) => form.isVisible())), script);
    if (script) {
      const shown = () => page.$$eval(".tree li:not([hidden])", (items) => items.map((item) => item.className));
      const all = await shown();
      // Not by its place on the screen, which may still change on a busy machine.
      await page.$eval("input[value=failed]", (input) => input.click());
      const failed = await shown();
      assert(failed.length > 0 && failed.length < all.length && failed.every((name) => name === "failed"), `${failed}`);
      await page.type("input[type=search]", "no such test");
      assert.deepEqual(await shown(), []);
      assert.equal(await page.$eval("#found", (output) => output.value), "0 tests");
    }
    await page.close();
  }
}

async function main() {
  const launch = puppeteer.launch({
    executablePath: chromium,
    headless: true,
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb"],
  });
  const browser = await launch.catch((error) => {
    // This is a problem of the machine, not of the page.
    process.stderr.write(`${error.message}\n`);
    process.exit(77);
  });
  const findings = [];
  const misplaced = [];
  const milliseconds = {};
  try {
    await withoutScript(browser);
    await filterReport(browser);
    const otherBrowser = await browser.createBrowserContext();
    const views = Object.entries(settings.pages).map(([name, address]) => ({ name, address, browser }));
    views.push({ name: "link-required", address: "/", browser: otherBrowser });
    for (const [theme, width] of [["light", 1280], ["dark", 1280], ["light", 320], ["dark", 320]]) {
      for (const view of views) {
        const page = await view.browser.newPage();
        listen(page);
        await page.setViewport({ width, height: 900 });
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
        await page.goto(full(view.address));
        await page.evaluate(axe.source);
        const { violations, passes } = await page.evaluate(() => axe.run());
        assert(passes.length > 10, `axe-core checked nothing on ${view.name}`);
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
        misplaced.push(...strays.map((stray) => `${view.name}: misplaced: ${stray}`));
        if (settings.pictures) {
          const file = path.join(settings.pictures, `${view.name}-${theme}-${width}.png`);
          await page.screenshot({ path: file, fullPage: true });
        }
        await page.close();
      }
    }
    for (const address of settings.heavy) {
      const times = [];
      for (let round = 0; round < 3; round += 1) {
        const page = await browser.newPage();
        await page.goto(full(address), { waitUntil: "load" });
        times.push(await page.evaluate(() => performance.getEntriesByType("navigation")[0].duration));
        await page.close();
      }
      milliseconds[address] = Math.min(...times);
    }
  } finally {
    await browser.close();
  }
  process.stdout.write(JSON.stringify({ findings, misplaced, errors, milliseconds }));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
