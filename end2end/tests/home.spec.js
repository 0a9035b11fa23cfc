// The front page: what moves there, moves without a script, once, and nothing else with it.
import { expect, test } from "./support.js";

const WORDS = ["Call", "the", "bank", "tomorrow", "#money", "!high"];

// What lies over each word: how much of it is hidden, from 0 to 1.
const hidden = (page) =>
  page.locator(".sample-line > *").evaluateAll((words) =>
    words.map((word) => {
      const cover = getComputedStyle(word, "::after");
      if (cover.content === "none") return 0;
      return 1 - new DOMMatrix(cover.transform).e / word.getBoundingClientRect().width;
    }),
  );

// Holds everything that moves at a time.
const at = (page, time) =>
  page.evaluate((time) => {
    for (const animation of document.getAnimations()) {
      animation.pause();
      animation.currentTime = time;
    }
  }, time);

test("a line types itself once, letter by letter, and then its task is there", async ({ page }) => {
  await page.goto("/");
  const isThere = () =>
    page
      .locator(".sample .row")
      .first()
      .evaluate((row) => Number(getComputedStyle(row).opacity));
  await at(page, 0);
  expect([await hidden(page), await isThere()]).toEqual([WORDS.map(() => 1), 0]);
  let before = WORDS.length;
  for (let time = 800; time <= 3_200; time += 300) {
    await at(page, time);
    const covers = await hidden(page);
    const left = covers.reduce((sum, cover) => sum + cover, 0);
    expect(left).toBeLessThanOrEqual(before);
    // One is being typed; those before it are there, those after it are not.
    const rounded = covers.map((cover) => Math.round(cover * 1000));
    expect(rounded.toSorted((a, b) => a - b)).toEqual(rounded);
    before = left;
  }
  await at(page, 3_400);
  expect((await hidden(page)).map((cover) => Math.round(cover * 100) === 0)).toEqual(WORDS.map(() => true));
  await at(page, 10_000);
  expect(await isThere()).toBe(1);
});

test("where nothing is to move, all of it stands there from the start", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("/");
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  expect(await hidden(page)).toEqual(WORDS.map(() => 0));
  await expect(page.locator(".sample-line")).toHaveText(WORDS.join(" "));
  await expect(page.locator(".sample .row").first()).toContainText("Call the bank");
});

test("nothing on the page shifts, nothing in the example can be reached, and no script has run", async ({ browser, server }) => {
  for (const width of [320, 1280]) {
    const page = await browser.newPage({ viewport: { width, height: 720 } });
    await page.goto(server.url);
    await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
    const shifted = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const sum = (list) => list.reduce((sum, { value }) => sum + value, 0);
          const observer = new PerformanceObserver(() => {});
          observer.observe({ type: "layout-shift", buffered: true });
          requestAnimationFrame(() => setTimeout(() => resolve(sum(observer.takeRecords()))));
        }),
    );
    expect(shifted).toBe(0);
    expect(await page.locator("script").count()).toBe(0);
    expect(await page.locator(".sample").locator("a, button, input, [tabindex]").count()).toBe(0);
    await expect(page.getByRole("figure", { name: /An example/ })).toBeVisible();
    await page.close();
  }
});

test("it leads to an account, to signing in, and to the API", async ({ page }) => {
  await page.goto("/");
  for (const [name, path] of [
    ["Create your account", "/signup"],
    ["Sign in", "/signin"],
    ["the API, with every route and every error", "/api/docs"],
  ]) {
    await page.getByRole("link", { name }).click();
    await expect(page).toHaveURL(path);
    await page.goBack();
  }
});
