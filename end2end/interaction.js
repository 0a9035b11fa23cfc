// How quickly the list answers with 1,000 rows on a processor four times slower (the worst of each, in ms, as INP counts
// it), and how it opens and scrolls with 10,000. Only prints: times depend on the machine.
import { addTasks, browsed, served, session, table } from "./served.js";

const ROWS = Number(process.env.ROWS ?? 1_000);
const MANY = Number(process.env.MANY ?? 10_000);
const TIMES = 8;
const SLOWDOWN = 4;

const pause = (page) => page.waitForTimeout(400);

// Notes how long the page took to answer each input, how long scripts of it took, and when the list was awake.
const watch = () => {
  window.slow = [];
  const note = (list) => {
    for (const { interactionId, duration, processingStart, processingEnd } of list.getEntries()) {
      if (interactionId) window.slow.push([duration, processingEnd - processingStart]);
    }
  };
  // Frames go on all the time: else an answer that changes nothing in sight would seem to take until the next one that does.
  const frame = () => requestAnimationFrame(frame);
  frame();
  new PerformanceObserver(note).observe({ type: "event", durationThreshold: 16, buffered: true });
  new MutationObserver((_, observer) => {
    if (!document.querySelector("#board.hydrated")) return;
    window.awakeAt = performance.now();
    observer.disconnect();
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["class"] });
};

async function open(context, url) {
  const page = await context.newPage();
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.addInitScript(watch);
  await page.goto(url);
  await page.waitForFunction(() => window.awakeAt);
  return page;
}

// All tasks are on the page once all are selected.
async function loadAll(page, count) {
  await page.locator("h1").click();
  const start = Date.now();
  await page.keyboard.press("Control+a");
  await page.waitForFunction((count) => document.querySelectorAll("#list .row").length >= count && !document.querySelector("#bulk").hidden, count, {
    timeout: 300_000,
  });
  const took = Date.now() - start;
  await page.keyboard.press("Escape");
  await pause(page);
  return took;
}

async function answers(page) {
  const devtools = await page.context().newCDPSession(page);
  const at = async (selector, n) => {
    const { x, y, width, height } = await page.locator(selector).nth(n).boundingBox();
    return [x + width / 2, y + height / 2];
  };
  const click = async (selector, n = 0) => page.mouse.click(...(await at(selector, n)));
  const boxes = "#list .row .check";
  const done = async () => {
    await page.keyboard.press("Escape");
    await page.locator("h1").click();
  };
  // Each with what is done before, which does not count.
  const ACTIONS = {
    "tick a box": { act: (n) => click(boxes, n % 4) },
    "type a letter": { before: (n) => page.locator("#new-title").fill("w".repeat(n)), act: () => page.keyboard.press("a") },
    "type a word that is understood": { before: () => page.locator("#new-title").fill("Call the bank !hig"), act: () => page.keyboard.press("h") },
    "add a task": { before: (n) => page.locator("#new-title").fill(`Task that is new ${n}`), act: () => page.keyboard.press("Enter") },
    "open an edit": {
      before: () => page.locator("#list .row").nth(3).hover(),
      act: () => click("#list .row:not(.editing) .actions button", 3),
      after: () => page.locator(".editor [name=title]").press("Escape"),
    },
    "save an edit": {
      before: async (n) => {
        await click("#list .row:not(.editing) .actions button", 3);
        await page.locator(".editor [name=title]").fill(`Edited ${n}`);
      },
      act: () => page.keyboard.press("Enter"),
    },
    j: { before: () => page.locator("#list .check input").nth(2).focus(), act: () => page.keyboard.press("j") },
    k: { before: () => page.locator("#list .check input").nth(4).focus(), act: () => page.keyboard.press("k") },
    "j, in the middle": {
      before: () =>
        page
          .locator("#list .check input")
          .nth(ROWS / 2)
          .focus(),
      act: () => page.keyboard.press("j"),
    },
    delete: { before: () => page.locator("#list .check input").nth(4).focus(), act: () => page.keyboard.press("Delete") },
    undo: { before: () => page.locator("#list .check input").nth(4).press("Delete"), act: () => page.keyboard.press("Control+z") },
    "move down": { before: () => page.locator("#list .check input").nth(4).focus(), act: () => page.keyboard.press("Alt+ArrowDown") },
    palette: { before: () => page.locator("#list .check input").nth(1).focus(), act: () => page.keyboard.press("Control+k"), after: done },
    "Ctrl A": { before: () => page.locator("h1").click(), act: () => page.keyboard.press("Control+a"), after: done },
    "Escape from Ctrl A": {
      before: () =>
        page
          .locator("h1")
          .click()
          .then(() => page.keyboard.press("Control+a")),
      act: () => page.keyboard.press("Escape"),
    },
  };
  const rows = [["", "worst", "median", "script in the worst"]];
  for (const [name, { before, act, after }] of Object.entries(ACTIONS)) {
    const answers = [];
    for (let n = 0; n < TIMES; n += 1) {
      await page.evaluate(() => scrollTo(0, 0));
      await before?.(n);
      await pause(page);
      await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWDOWN });
      await page.evaluate(() => (window.slow = []));
      await act(n);
      await pause(page);
      // The observer is told once the next frame is there, however late that is.
      const slow = await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(window.slow), 50))));
      answers.push(slow.length > 0 ? [0, 1].map((part) => Math.max(...slow.map((entry) => entry[part]))) : [0, 0]);
      await devtools.send("Emulation.setCPUThrottlingRate", { rate: 1 });
      await after?.(n);
    }
    answers.sort(([a], [b]) => a - b);
    const [[worst, script], [median]] = [answers.at(-1), answers[TIMES >> 1]];
    rows.push([name, ...[worst, median, script].map((duration) => (duration ? Math.round(duration) : "< 16"))]);
  }
  return rows;
}

// Scrolls on with every frame to the end; where one takes as long as three, two of sixty a second were dropped.
const scroll = (page, step, seconds) =>
  page.evaluate(
    async ([step, seconds]) => {
      const frame = () => new Promise(requestAnimationFrame);
      const deltas = [];
      let last = await frame();
      const start = last;
      let stuck = 0;
      while (stuck < 60 && last - start < seconds * 1_000) {
        const before = scrollY;
        scrollBy(0, step);
        const now = await frame();
        // At the end of what is there, more may be on its way.
        stuck = scrollY === before ? stuck + 1 : 0;
        if (!stuck) deltas.push(now - last);
        last = now;
      }
      const usual = deltas.toSorted((a, b) => a - b)[deltas.length >> 1];
      const dropped = deltas.reduce((sum, delta) => sum + Math.max(0, Math.round((delta * 60) / 1_000) - 1), 0);
      return { frames: deltas.length, usual, dropped, worst: Math.max(...deltas), rows: document.querySelectorAll("#list .row").length };
    },
    [step, seconds],
  );

await served(async (server, ada) => {
  await addTasks(server, ada, ROWS);
  await browsed(async (context) => {
    await context.addCookies([await session(server)]);
    const page = await open(context, `${server.url}/tasks`);
    await loadAll(page, ROWS);
    console.log(`${ROWS} rows, processor ${SLOWDOWN} times slower: from the input to the next frame, in ms\n`);
    console.log(table(await answers(page)));
    await page.close();

    const start = Date.now();
    await addTasks(server, ada, MANY - ROWS);
    console.log(`\n${MANY} tasks, processor as it is (the last of them took ${Math.round((Date.now() - start) / 1_000)} s to add)\n`);
    const many = await open(context, `${server.url}/tasks`);
    const paint = await many.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
    const rows = [
      ["", ""],
      ["first paint, ms", Math.round(paint)],
      ["awake, ms", Math.round(await many.evaluate(() => window.awakeAt))],
    ];
    const report = (name, { frames, usual, dropped, worst, rows: shown }) => {
      rows.push([`${name}: rows on the page`, shown], [`${name}: frames`, frames], [`${name}: usual frame, ms`, usual.toFixed(1)]);
      rows.push([`${name}: dropped`, dropped], [`${name}: longest frame, ms`, Math.round(worst)]);
    };
    report("scrolled while they come", await scroll(many, 200, 30));
    await many.evaluate(() => scrollTo(0, 0));
    rows.push(["all of them loaded, ms", await loadAll(many, MANY)]);
    report("scrolled, all there", await scroll(many, 600, 60));
    console.log(table(rows.slice(1)));
  });
});
