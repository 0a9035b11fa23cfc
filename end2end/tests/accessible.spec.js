// What axe cannot see of WCAG 2.2 AA. That dragging has alternatives (2.5.7), list.spec.js says under “arranging”.
import { STATES, inDays, isDark } from "./states.js";
import { awake, expect, holdClock, openSearch, row, signIn, test } from "./support.js";

const box = (page, title) => page.getByRole("checkbox", { name: `Completed: ${title}` });
const edit = (page, title) => page.getByRole("button", { name: `Edit: ${title}` });
const toast = (page) => page.locator("#toast");
const bulk = (page) => page.getByRole("toolbar", { name: "Selected tasks" });
const newTask = (page) => page.getByLabel("New task");
// What has the focus, as a person would call it.
const focused = (page) =>
  page.evaluate(() => {
    const { activeElement: element } = document;
    return (
      element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent.trim() ?? (element === document.body ? "nothing" : element.textContent.trim())
    );
  });

// Newest first: three, two, one.
const three = async (page, server) => {
  const ada = await server.person("Ada");
  for (const title of ["one", "two", "three"]) await server.addTask(ada, { title });
  // The list of everything: what is ticked stays on it.
  await signIn(page, ada, "/tasks?status=all");
  return ada;
};

// The page as a screen reader has it.
const nodes = async (page) => {
  const devtools = await page.context().newCDPSession(page);
  const { nodes } = await devtools.send("Accessibility.getFullAXTree");
  await devtools.detach();
  return nodes.filter(({ ignored }) => !ignored);
};

test.describe("in every state", () => {
  test.use({ expectedComplaint: /Failed to load resource/ });

  // What can be pressed and is smaller than 24 by 24, with too little room around it (2.5.8). A link in a sentence may be.
  const smallTargets = (page) =>
    page.evaluate(() => {
      const layer = document.querySelector("dialog:modal") ?? document.body;
      const targets = [...layer.querySelectorAll("a[href], button, input, select, textarea, summary")]
        .map((element) => (element.type === "checkbox" ? (element.closest("label") ?? element) : element))
        .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest("[inert], .skip"))
        .map((element) => ({ element, area: element.getBoundingClientRect() }))
        .filter(({ area }) => area.width > 1);
      const isInSentence = ({ element }) =>
        element.localName === "a" &&
        getComputedStyle(element).display === "inline" &&
        [...element.parentNode.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
      const isSmall = ({ area }) => Math.min(area.width, area.height) < 23.99;
      const middle = ({ left, right, top, bottom }) => [(left + right) / 2, (top + bottom) / 2];
      const isNear = (one, other) => {
        const [x, y] = middle(one.area);
        const [a, b] = isSmall(other)
          ? middle(other.area)
          : [Math.min(Math.max(x, other.area.left), other.area.right), Math.min(Math.max(y, other.area.top), other.area.bottom)];
        return Math.hypot(x - a, y - b) < (isSmall(other) ? 24 : 12);
      };
      return targets
        .filter((one) => isSmall(one) && !isInSentence(one) && targets.some((other) => other !== one && isNear(one, other)))
        .map(({ element, area }) => `${area.width} × ${area.height}: ${element.outerHTML.slice(0, 120)}`);
    });

  // Focusable things without a name; what is focusable because it scrolls needs none.
  const nameless = async (page) => {
    const isFocusable = (node) => node.properties?.some(({ name, value }) => name === "focusable" && value.value);
    const unnamed = (await nodes(page)).filter((node) => isFocusable(node) && !node.name?.value.trim());
    const isTabStop = await page.evaluate(() => document.querySelectorAll("[tabindex='0']").length > 0);
    return unnamed.map(({ role }) => role.value).filter((role) => !["RootWebArea", "main"].includes(role) && (isTabStop || role !== "generic"));
  };

  // Text that stands beside the window, is cut off (but for the beginning of a description, whose whole is in the editor), lies on other text, or is a word of ours that is broken; fields that lie on others.
  const misplaced = (page) =>
    page.evaluate(() => {
      const found = [];
      const say = (what, element) => found.push(`${what}: ${element.textContent.trim().slice(0, 60) || element.outerHTML.slice(0, 120)}`);
      // Longer texts end in dots here; all of them are in the editor.
      const CLAMPED = ".note, .toast > span, .trashed .title";
      const layerOf = (element) => element.closest("dialog, .toast, .bulk, .bottom-bar, .round-add, #chips");
      const modal = document.querySelector("dialog:modal");
      const isThere = (element) =>
        element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
        !element.closest(".visually-hidden, .skip, pre, textarea, option, .row .note, .toast, .line-marks") &&
        (!modal || modal.contains(element));
      const overlap = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;

      const texts = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const { currentNode: node } = walker;
        const element = node.parentElement;
        if (!node.data.trim() || !isThere(element)) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const clamp = element.closest(CLAMPED)?.getBoundingClientRect();
        for (const { left, right, top, bottom } of range.getClientRects()) {
          if (clamp && top > clamp.bottom - 4) continue;
          if (left < -1 || right > innerWidth + 1) say("beside the window", element);
          // What is drawn of a letter is less than its line.
          const inset = (bottom - top) / 5;
          texts.push({ element, area: { left, right, top: top + inset, bottom: bottom - inset } });
        }
        if (element.closest(".title, .note, .tag, bdi, td, th, code, .toast > span")) continue;
        for (const { 0: word, index } of node.data.matchAll(/\S+/g)) {
          range.setStart(node, index);
          range.setEnd(node, index + word.length);
          const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
          if (lines.size > 1 && !/[-–—/@.]/.test(word)) say(`“${word}” is broken`, element);
        }
      }
      for (const [at, { element, area }] of texts.entries()) {
        for (const other of texts.slice(at + 1)) {
          if (other.element !== element && layerOf(element) === layerOf(other.element) && overlap(area, other.area))
            say(`lies on “${other.element.textContent.trim()}”`, element);
        }
      }
      for (const element of document.body.querySelectorAll("*")) {
        const { overflowX, overflowY } = getComputedStyle(element);
        if (!isThere(element) || element.matches("input, select, svg, svg *, dialog") || element.closest(`.who-name, ${CLAMPED}`)) continue;
        const isCut = (overflow, size, all) => ["hidden", "clip"].includes(overflow) && all > size + 1;
        if (isCut(overflowX, element.clientWidth, element.scrollWidth) || isCut(overflowY, element.clientHeight, element.scrollHeight)) say("cut off", element);
      }
      const fields = [...document.querySelectorAll("input, select, textarea, button, summary")].filter(
        (field) => isThere(field) && !field.matches(".reveal, [type=checkbox]"),
      );
      for (const [at, field] of fields.entries()) {
        for (const other of fields.slice(at + 1)) {
          if (layerOf(field) === layerOf(other) && overlap(field.getBoundingClientRect(), other.getBoundingClientRect()))
            say(`lies on ${other.outerHTML.slice(0, 60)}`, field);
        }
      }
      return found;
    });

  // A sheet that a script makes is none that the page's policy forbids.
  const style = (page, rules) =>
    page.evaluate((rules) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(rules);
      document.adoptedStyleSheets.push(sheet);
    }, rules);
  // What is out of sight has its real size too.
  const DRAWN = "* { content-visibility: visible !important }";
  // 1.4.12
  const WIDE = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-block-end: 2em !important }";

  for (const [state, open] of Object.entries(STATES)) {
    test(`${state}: everything has a name and room to be pressed, and nothing is lost in 320 px, at 400 % and with wide text`, async ({ page, server }) => {
      await page.emulateMedia({ reducedMotion: "reduce" });
      await open(page, server);
      // The buttons of a row that the pointer is over lie on its date in a narrow window.
      await page.mouse.move(0, 0);
      await style(page, DRAWN);
      expect.soft(await nameless(page), "without a name").toEqual([]);
      for (const [width, height] of [
        [1280, 720],
        [320, 720],
        [320, 256],
      ]) {
        await page.setViewportSize({ width, height });
        expect.soft(await smallTargets(page), `small targets in ${width} px`).toEqual([]);
        expect.soft(await misplaced(page), `out of place in ${width} × ${height} px`).toEqual([]);
        expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), "scrolls sideways").toBeLessThanOrEqual(width);
      }
      await style(page, WIDE);
      for (const width of [320, 1280]) {
        await page.setViewportSize({ width, height: 720 });
        const lost = (await misplaced(page)).filter((what) => !what.includes("is broken"));
        expect.soft(lost, `out of place with wide text in ${width} px`).toEqual([]);
        expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), "scrolls sideways with wide text").toBeLessThanOrEqual(width);
        await page.screenshot({ path: test.info().outputPath(`${state}-${width}-spread.png`), fullPage: true });
      }
    });
  }
});

test.describe("on a touch screen", () => {
  test.use({ hasTouch: true, viewport: { width: 390, height: 844 } });

  for (const state of ["signin", "signup", "account", "dated", "chips", "lines", "editor", "selected", "toast", "filters", "palette", "help"]) {
    test(`${state}: every button is at least 44 px high, and none waits for a pointer to hover`, async ({ page, server }) => {
      await STATES[state](page, server);
      await page.waitForFunction(() => !document.getElementById("board") || document.querySelector("#board.hydrated"));
      expect(await page.evaluate(() => matchMedia("(pointer: coarse) and (hover: none)").matches)).toBe(true);
      const small = await page.evaluate(() => {
        const layer = document.querySelector("dialog:modal") ?? document.body;
        return [...layer.querySelectorAll("button, .button, .check")]
          .filter((button) => button.checkVisibility() && !button.closest("[inert]"))
          .map((button) => [
            button.getBoundingClientRect().height,
            Number(getComputedStyle(button.parentElement).opacity),
            button.ariaLabel ?? button.textContent,
          ])
          .filter(([height, opacity]) => height < 44 || opacity < 1);
      });
      expect(small).toEqual([]);
    });
  }

  test("nothing opens the keyboard by itself", async ({ page, server }) => {
    await STATES.dated(page, server);
    await expect(page.locator("body")).toBeFocused();
  });
});

test.describe("the focus", () => {
  for (const [width, height] of [
    [1280, 720],
    [320, 720],
    [320, 256],
  ]) {
    test(`is never hidden and always ringed in ${width} × ${height} px, with a selection and a toast`, async ({ page, server }) => {
      test.setTimeout(120_000);
      await page.emulateMedia({ reducedMotion: "reduce" });
      await holdClock(page);
      const ada = await server.person("Ada");
      for (let n = 0; n < 24; n += 1)
        await server.addTask(ada, { title: `Task ${n}`, description: n % 3 ? null : "In two lines\nof its own", tags: n % 4 ? [] : ["home"] });
      await signIn(page, ada, "/tasks?status=all");
      for (const n of [23, 21])
        await row(page, `Task ${n}`)
          .locator(".words")
          .click({ modifiers: ["Control"], position: { x: 4, y: 14 } });
      await bulk(page).getByRole("button", { name: "Complete" }).click();
      await expect(toast(page)).toBeVisible();
      // From here on no ten seconds pass.
      await page.clock.pauseAt(Date.now() + 2_000);
      await page.setViewportSize({ width, height });
      const look = () =>
        page.evaluate(() => {
          const { activeElement: element } = document;
          if (element === document.body) return null;
          const { left, top, width, height } = element.getBoundingClientRect();
          const steps = [0.1, 0.3, 0.5, 0.7, 0.9];
          const hits = steps.flatMap((x) => steps.map((y) => document.elementFromPoint(left + width * x, top + height * y)));
          const isSeen = hits.some((hit) => hit && (element.contains(hit) || hit.closest("label")?.control === element));
          const { outlineStyle, outlineWidth } = getComputedStyle(
            element.type === "checkbox" && element.nextElementSibling ? element.nextElementSibling : element,
          );
          const isRinged = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
          const over = hits.find(Boolean)?.closest(".toast, .bulk, .row");
          return { isSeen, isRinged, name: `${element.ariaLabel || element.textContent.trim() || element.name}, under ${over?.className ?? "nothing"}` };
        });
      // From the top of the page on.
      await page.locator(".skip").focus();
      await page.evaluate(() => document.activeElement.blur());
      for (const key of ["Tab", "Shift+Tab"]) {
        const [hidden, ringless] = [[], []];
        let count = 0;
        for (; count < 300; count += 1) {
          await page.keyboard.press(key);
          const seen = await look();
          if (!seen) break;
          if (!seen.isSeen) hidden.push(seen.name);
          if (!seen.isRinged) ringless.push(seen.name);
        }
        expect(count).toBeGreaterThan(80);
        expect(count).toBeLessThan(300);
        expect.soft(hidden, `hidden with ${key}`).toEqual([]);
        expect.soft(ringless, `without a ring with ${key}`).toEqual([]);
      }
      await expect(toast(page)).toBeVisible();
    });
  }

  test("goes through the page as one reads it, and the first stop is a way past the head of it", async ({ page, server }) => {
    await STATES.selected(page, server);
    for (const width of [1280, 320]) {
      await page.setViewportSize({ width, height: 720 });
      await page.locator(".skip").focus();
      const places = [];
      for (let count = 0; count < 100; count += 1) {
        const place = await page.evaluate(() => {
          const { activeElement: element } = document;
          const { left, top, bottom } = (element.closest("summary, label") ?? element).getBoundingClientRect();
          // What floats at the foot of the window stands below everything.
          const floating = element.closest(".bulk, .bottom-bar, .round-add");
          const foot = document.querySelector(".foot").getBoundingClientRect().bottom;
          const down = floating ? foot - floating.getBoundingClientRect().top + ["bottom-bar", "round-add", "bulk"].indexOf(floating.classList[0]) * 200 : 0;
          return element === document.body
            ? null
            : {
                isBeside: Boolean(element.closest(".views")),
                row: element.closest(".row")?.querySelector("input")?.id,
                name: element.ariaLabel || element.textContent.trim() || element.name,
                left,
                top: top + scrollY + Math.max(0, down),
                bottom: bottom + scrollY + Math.max(0, down),
              };
        });
        if (!place) break;
        places.push(place);
        await page.keyboard.press("Tab");
      }
      expect(places.length).toBeGreaterThan(30);
      const back = places.filter((place, at) => {
        const before = places[at - 1];
        // A sidebar is read before the column that it stands beside.
        if (before?.isBeside && !place.isBeside) return false;
        return (
          before &&
          (!place.row || place.row !== before.row) &&
          (place.bottom <= before.top || (place.top < before.bottom && before.top < place.bottom && place.left < before.left - 1))
        );
      });
      expect(back.map(({ name }) => name)).toEqual([]);
    }
    await page.goto("/account");
    await page.keyboard.press("Tab");
    await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
    await expect(page.getByRole("link", { name: "Skip to the content" })).toBeInViewport();
    await page.keyboard.press("Enter");
    await expect(page.locator("main")).toBeFocused();
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.querySelector("main").contains(document.activeElement))).toBe(true);
  });

  test("comes back where it was when a dialog closes", async ({ page, server }) => {
    await three(page, server);
    for (const [key, name] of [
      ["Control+K", "Commands"],
      ["?", "Keyboard shortcuts"],
    ]) {
      await box(page, "two").focus();
      await page.keyboard.press(key);
      await expect(page.getByRole("dialog", { name })).toBeVisible();
      expect(await page.evaluate(() => document.querySelector("dialog:modal").contains(document.activeElement))).toBe(true);
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog")).toHaveCount(0);
      await expect(box(page, "two")).toBeFocused();
      await page.getByRole("button", { name }).focus();
      await page.keyboard.press("Enter");
      await page.keyboard.press("Escape");
      await expect(page.getByRole("button", { name })).toBeFocused();
    }
    await box(page, "two").focus();
    await page.keyboard.press("Control+K");
    await page.keyboard.type("complete the");
    await page.keyboard.press("Enter");
    await expect(box(page, "two")).toBeChecked();
    await expect(box(page, "two")).toBeFocused();
  });

  test("is on the edit button when an edit is saved or given up", async ({ page, server }) => {
    await three(page, server);
    for (const leave of ["Save", "Cancel"]) {
      await edit(page, "two").click();
      await expect(page.getByRole("textbox", { name: "Title" })).toBeFocused();
      await page.getByRole("button", { name: leave }).click();
      await expect(edit(page, "two")).toBeFocused();
    }
    for (const key of ["Enter", "Escape"]) {
      await edit(page, "two").focus();
      await page.keyboard.press("Enter");
      await page.keyboard.press(key);
      await expect(edit(page, "two")).toBeFocused();
    }
  });

  test("goes to the neighbour when a task is deleted, and to the line for a new one after the last", async ({ page, server }) => {
    await three(page, server);
    await box(page, "two").focus();
    await page.keyboard.press("Delete");
    await expect(box(page, "one")).toBeFocused();
    await page.keyboard.press("Delete");
    await expect(box(page, "three")).toBeFocused();
    await page.getByRole("button", { name: "Delete: three" }).press("Enter");
    await expect(newTask(page)).toBeFocused();
    await page.getByRole("button", { name: "Undo" }).press("Enter");
    await expect(row(page, "three")).toBeVisible();
    expect(await focused(page)).not.toBe("nothing");
  });

  test("is not lost when the toolbar goes that had it", async ({ page, server }) => {
    await three(page, server);
    for (const leave of ["Clear", "Delete"]) {
      await box(page, "three").focus();
      await page.keyboard.press("s");
      await bulk(page).getByRole("button", { name: leave }).press("Enter");
      await expect(bulk(page)).toBeHidden();
      await page.waitForTimeout(100);
      expect.soft(await focused(page), leave).not.toBe("nothing");
    }
  });

  test("stays on a row that moves, here and from another device", async ({ page, server }) => {
    await three(page, server);
    await box(page, "two").focus();
    await page.keyboard.press("Alt+ArrowUp");
    await page.waitForTimeout(500);
    expect.soft(await focused(page), "moved here").toBe("Completed: two");
    const other = await page.context().newPage();
    await other.goto("/tasks");
    await awake(other);
    await page.bringToFront();
    await box(page, "two").focus();
    await box(other, "two").press("Alt+ArrowDown");
    await expect(page.locator(".row .title")).toHaveText(["three", "two", "one"]);
    await page.waitForTimeout(500);
    expect.soft(await focused(page), "moved elsewhere").toBe("Completed: two");
  });

  // 3.2.2: whoever goes through the choices with the arrow keys wants the second one too.
  test("stays on a filter that is changed, and goes on to the next", async ({ page, server }) => {
    await STATES.filters(page, server);
    const priority = page.locator("#find [name=priority]");
    await priority.focus();
    await priority.selectOption("High");
    await expect(page).toHaveURL(/priority=high/);
    await awake(page);
    await page.waitForTimeout(200);
    expect.soft(await page.evaluate(() => document.activeElement.name), "select").toBe("priority");
    await page.locator("#find [name=tag]").fill("money");
    await page.keyboard.press("Tab");
    await expect(page).toHaveURL(/tag=money/);
    await awake(page);
    await page.waitForTimeout(200);
    expect.soft(await page.evaluate(() => document.activeElement.name), "field").toBe("sort");
  });

  for (const [stays, leaves] of [
    ["focus", "pointer"],
    ["pointer", "focus"],
  ]) {
    test(`keeps the toast as the pointer does: the ${stays} while the ${leaves} leaves it`, async ({ page, server }) => {
      await holdClock(page);
      await three(page, server);
      const come = { focus: () => page.getByRole("button", { name: "Undo" }).focus(), pointer: () => toast(page).hover() };
      const leave = { focus: () => newTask(page).focus(), pointer: () => page.mouse.move(0, 0) };
      await page.getByRole("button", { name: "Delete: two" }).click();
      await come[stays]();
      await come[leaves]();
      await leave[leaves]();
      await page.clock.runFor(30_000);
      await expect(toast(page)).toBeVisible();
      await leave[stays]();
      await page.clock.runFor(11_000);
      await expect(toast(page)).toBeHidden();
    });
  }
});

test.describe("what happens is said", () => {
  // Every text that a live region has had, in their order.
  test.beforeEach(async ({ page }) =>
    page.addInitScript(() => {
      window.heard = [];
      const LIVE = "[role=status], [role=alert], [aria-live]";
      new MutationObserver((records) => {
        const regions = new Set(records.map(({ target }) => (target.nodeType === 1 ? target : target.parentElement)?.closest(LIVE)));
        for (const region of regions) {
          if (!region?.isConnected || !region.checkVisibility()) continue;
          const text = region.innerText.trim().replaceAll(/\s+/g, " ");
          if (text) window.heard.push(`${region.getAttribute("role") ?? "live"}: ${text}`);
        }
      }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["hidden"] });
    }),
  );
  const heard = (page) => page.evaluate(() => window.heard);
  const hears = async (page, what, act) => {
    await page.evaluate(() => (window.heard = []));
    await act();
    await expect.poll(() => heard(page)).toContainEqual(what);
  };

  test("adding, completing, editing, deleting, undoing, selecting, moving, searching", async ({ page, server }) => {
    await three(page, server);
    await hears(page, "status: Added: four", async () => {
      await newTask(page).fill("four");
      await page.keyboard.press("Enter");
    });
    await hears(page, "status: Completed: four", () => box(page, "four").check());
    await hears(page, "status: To do again: four", () => box(page, "four").uncheck());
    await hears(page, "status: Saved", async () => {
      await edit(page, "four").click();
      await page.getByRole("textbox", { name: "Title" }).fill("five");
      await page.keyboard.press("Enter");
    });
    await hears(page, "status: Deleted: five", () => page.getByRole("button", { name: "Delete: five" }).click());
    await hears(page, "status: Undone", () => page.keyboard.press("Control+z"));
    await box(page, "two").focus();
    await hears(page, "status: 1 task selected", () => page.keyboard.press("s"));
    await hears(page, "status: 2 tasks selected", () => page.keyboard.press("Shift+J"));
    await hears(page, "status: High: 2 tasks", () => page.keyboard.press("4"));
    await hears(page, "status: 0 tasks selected", () => page.keyboard.press("Escape"));
    await box(page, "one").focus();
    await hears(page, "status: Moved up", () => page.keyboard.press("Alt+ArrowUp"));
    await box(page, "one").focus();
    await hears(page, "status: Moved down", () => page.keyboard.press("Alt+ArrowDown"));
    await hears(page, "status: 2 tasks", async () => (await openSearch(page)).fill("t"));
    await hears(page, "status: 0 tasks", async () => (await openSearch(page)).fill("nothing like it"));
    await hears(page, "live: Tomorrow", () => newTask(page).fill("Water the plants tomorrow"));
  });

  test("once, not twice", async ({ page, server }) => {
    await three(page, server);
    for (const [what, act] of [
      ["Completed: two", () => box(page, "two").check()],
      ["Deleted: two", () => page.getByRole("button", { name: "Delete: two" }).click()],
    ]) {
      await hears(page, `status: ${what}`, act);
      await page.waitForTimeout(300);
      expect.soft((await heard(page)).filter((text) => text.includes(what))).toEqual([`status: ${what}`]);
    }
  });

  test("and what did not happen is not", async ({ page, server }) => {
    await three(page, server);
    await page.getByRole("heading", { name: "All tasks" }).click();
    await page.evaluate(() => (window.heard = []));
    for (const key of ["Delete", "x", "e", "4", "s", "Escape", "Control+z", "Alt+ArrowUp"]) await page.keyboard.press(key);
    await page.waitForTimeout(300);
    expect(await heard(page)).toEqual([]);
    expect(await page.getByRole("listitem").count()).toBe(3);
  });

  test.describe("also what is wrong", () => {
    test.use({ expectedComplaint: /Failed to load resource/ });

    test("at once, with what to do about it", async ({ page, server }) => {
      await three(page, server);
      await hears(page, expect.stringMatching(/^alert: Give the task a title/), () => newTask(page).press("Enter"));
      await edit(page, "two").click();
      await hears(page, expect.stringMatching(/^alert: Give the task a title/), async () => {
        await page.getByRole("textbox", { name: "Title" }).fill("");
        await page.keyboard.press("Enter");
      });
      await expect(page.getByRole("textbox", { name: "Title" })).toBeFocused();
      await expect(page.getByRole("textbox", { name: "Title" })).toHaveAttribute("aria-invalid", "true");
      await expect(page.getByRole("textbox", { name: "Title" })).toHaveAccessibleDescription(/Give the task a title/);
      await page.keyboard.press("Escape");
      await server.stop("SIGKILL");
      await hears(page, expect.stringMatching(/^alert: .*can’t be reached.*Try again$/), () => box(page, "one").check());
    });

    test("in a form, beside the field that has the focus then", async ({ page }) => {
      for (const [path, button] of [
        ["/signin", "Sign in"],
        ["/signup", "Create account"],
      ]) {
        await page.goto(path);
        await page.waitForLoadState("networkidle");
        await page.getByRole("button", { name: button }).click();
        await expect(page.getByLabel("E-mail")).toBeFocused();
        await expect(page.getByLabel("E-mail")).toHaveAttribute("aria-invalid", "true");
        await expect(page.getByLabel("E-mail")).toHaveAccessibleDescription(/\w/);
      }
      await page.goto("/signin");
      await page.waitForLoadState("networkidle");
      await page.getByLabel("E-mail").fill("nobody@example.com");
      await page.getByLabel("Password", { exact: true }).fill("wrong password");
      await hears(page, expect.stringMatching(/^alert: .*don’t belong together/), () => page.keyboard.press("Enter"));
    });
  });
});

test("dialogs are modal and have a name, and nothing behind them is in reach", async ({ page, server }) => {
  await STATES.selected(page, server);
  expect((await nodes(page)).filter(({ role }) => role.value === "checkbox")).toHaveLength(5);
  for (const [key, name] of [
    ["Control+K", "Commands"],
    ["?", "Keyboard shortcuts"],
  ]) {
    await page.keyboard.press(key);
    await expect(page.getByRole("dialog", { name, exact: true })).toBeVisible();
    expect(await page.evaluate(() => document.querySelectorAll("dialog:modal").length)).toBe(1);
    const inReach = (await nodes(page)).filter(({ role, name }) => role.value === "checkbox" && name.value.startsWith("Completed"));
    expect(inReach).toEqual([]);
    for (let tab = 0; tab < 40; tab += 1) {
      await page.keyboard.press("Tab");
      const isInside = await page.evaluate(
        () => document.activeElement === document.body || document.querySelector("dialog:modal").contains(document.activeElement),
      );
      expect(isInside).toBe(true);
    }
    await page.keyboard.press("Escape");
  }
});

test.describe("the keys", () => {
  const KEYS = ["n", "/", "f", "d", "t", "j", "k", "J", "K", "x", "e", "s", "Delete", "1", "2", "3", "4", "?"];

  test("do nothing while one types, in any field", async ({ page, server }) => {
    const ada = await STATES.editor(page, server);
    for (const title of ["Answer Nadia", "Pay the rent"])
      await row(page, title)
        .locator(".words")
        .click({ modifiers: ["Control"], position: { x: 4, y: 14 } });
    await openSearch(page);
    await page.getByLabel("Filter and sort").click();
    const before = await server.tasks(ada);
    const sent = [];
    page.on("request", (request) => request.method() !== "GET" && sent.push(request.method()));
    const fields = page.locator(":is(#add, #bulk, .editor) :is(input, textarea)");
    await expect(fields).toHaveCount(6);
    for (const field of [...(await fields.all()), page.locator("#search")]) {
      await field.focus();
      for (const key of KEYS) await page.keyboard.press(key);
      await expect(field).toBeFocused();
      await expect(page.getByRole("dialog")).toHaveCount(0);
      if ((await field.getAttribute("type")) !== "date") await expect(field).toHaveValue(/n\/fdtjkJKxes1234\?/);
    }
    // No choice begins with one of these.
    for (const select of await page.locator(":is(#find, .editor) select").all()) {
      await select.focus();
      for (const key of ["j", "k", "x", "e", "s", "f", "d", "t", "Delete", "?", "/"]) await page.keyboard.press(key);
      await expect(select).toBeFocused();
      await expect(page.getByRole("dialog")).toHaveCount(0);
    }
    expect([sent, await server.tasks(ada)]).toEqual([[], before]);
    await page.keyboard.press("Control+K");
    await page.getByLabel("Find a command").press("Delete");
    await page.keyboard.type("nx?");
    await expect(page.getByLabel("Find a command")).toHaveValue("nx?");
    await expect(page.getByRole("dialog", { name: "Commands" })).toBeVisible();
  });

  test("can be switched off, and stay off", async ({ page, server }) => {
    const ada = await three(page, server);
    const before = await server.tasks(ada);
    await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
    await page.getByLabel("Use these keys").uncheck();
    await page.getByRole("button", { name: "Close" }).click();
    const pressAll = async () => {
      await box(page, "two").focus();
      for (const key of KEYS.filter((key) => key !== "Delete")) {
        await page.keyboard.press(key);
        await expect(box(page, "two")).toBeFocused();
      }
      await expect(page.getByRole("dialog")).toHaveCount(0);
      await expect(bulk(page)).toBeHidden();
      await expect(page.locator(".editor")).toHaveCount(0);
      expect(await server.tasks(ada)).toEqual(before);
    };
    await pressAll();
    await page.reload();
    await awake(page);
    await pressAll();
    await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
    await expect(page.getByLabel("Use these keys")).not.toBeChecked();
    await page.getByLabel("Use these keys").check();
    await page.keyboard.press("Escape");
    await box(page, "two").focus();
    await page.keyboard.press("j");
    await expect(box(page, "one")).toBeFocused();
  });
});

test("with reduced motion nothing moves, and without it nothing takes longer than 160 ms", async ({ page, server }) => {
  await three(page, server);
  const moving = () => page.evaluate(() => document.getAnimations().map((animation) => animation.effect.getComputedTiming().duration));
  // As many as an action starts, seen in the frames after it.
  const after = (act) =>
    page.evaluate((act) => {
      const durations = [];
      const { promise, resolve } = Promise.withResolvers();
      let frames = 0;
      const look = () => {
        durations.push(...document.getAnimations().map((animation) => animation.effect.getComputedTiming().duration));
        if ((frames += 1) < 6) requestAnimationFrame(look);
        else resolve(durations);
      };
      document.querySelector(act).click();
      look();
      return promise;
    }, act);
  const acts = [
    ".check input",
    ".actions [formmethod=get]",
    ".editor .buttons [type=button]",
    ".actions [formaction$=delete]",
    "#toast button",
    ".foot button",
  ];
  const seen = [];
  for (const act of acts) seen.push(...(await after(act)));
  expect(seen.length).toBeGreaterThan(0);
  expect(Math.max(...seen)).toBeLessThanOrEqual(160);
  await page.keyboard.press("Escape");
  await page.emulateMedia({ reducedMotion: "reduce" });
  await expect.poll(moving).toEqual([]);
  for (const act of acts) expect(await after(act), act).toEqual([]);
  const slow = await page.evaluate(() =>
    [...document.querySelectorAll("*")].flatMap((element) =>
      [null, "::before", "::after", "::backdrop"]
        .map((pseudo) => getComputedStyle(element, pseudo))
        .filter(({ transitionDuration, animationName, scrollBehavior }) => transitionDuration !== "0s" || animationName !== "none" || scrollBehavior !== "auto")
        .map(() => element.outerHTML.slice(0, 80)),
    ),
  );
  expect(slow).toEqual([]);
});

test.describe("dark colours that were chosen", () => {
  test("are there in the first frame, with neither a script nor a style sheet yet", async ({ page, server }) => {
    const ada = await server.person("Ada");
    await signIn(page, ada);
    await page.emulateMedia({ colorScheme: "light" });
    await page.keyboard.press("Control+K");
    await page.keyboard.type("dark");
    await page.keyboard.press("Enter");
    await expect.poll(() => isDark(page)).toBe(true);

    let release;
    const held = new Promise((resolve) => (release = resolve));
    await page.route(/\.(css|wasm|js)$/, async (route) => {
      await held;
      await route.continue();
    });
    await page.addInitScript(() => {
      window.backgrounds = new Set();
      const look = () => {
        const { body, documentElement } = document;
        const [color, isStyled] =
          body && getComputedStyle(body).backgroundColor !== "rgba(0, 0, 0, 0)" ? [getComputedStyle(body).backgroundColor, true] : ["", false];
        const pen = document.createElement("canvas").getContext("2d");
        // Without a style sheet the window has the colour of the scheme, which its text gives away.
        pen.fillStyle = isStyled || !documentElement ? color : getComputedStyle(documentElement).color;
        pen.fillRect(0, 0, 1, 1);
        const isLight = Math.max(...pen.getImageData(0, 0, 1, 1).data.slice(0, 3)) >= 100;
        if (documentElement) window.backgrounds.add(isStyled === isLight ? "light" : "dark");
        requestAnimationFrame(look);
      };
      document.addEventListener("readystatechange", look, { once: true });
      window.look = look;
    });
    const raw = await page.request.get("/tasks");
    expect(await raw.text()).toMatch(/<html[^>]* data-theme="dark"[^>]*>.*<meta name="color-scheme" content="dark".*<link rel="stylesheet"/s);
    await page.goto("/tasks", { waitUntil: "commit" });
    await expect.poll(() => page.evaluate(() => document.documentElement?.dataset.theme)).toBe("dark");
    await page.evaluate(() => window.look());
    expect(await page.evaluate(() => [[...window.backgrounds], document.styleSheets.length])).toEqual([["dark"], 0]);
    release();
    await awake(page);
    await page.waitForTimeout(200);
    expect(await page.evaluate(() => [[...window.backgrounds], document.styleSheets.length])).toEqual([["dark"], 1]);
    expect(await isDark(page)).toBe(true);
  });

  test("are those of the page before one signs in, too", async ({ page, server }) => {
    await page.emulateMedia({ colorScheme: "light" });
    for (const path of ["/", "/signin", "/signup", "/nothing", "/api/docs"]) {
      await page.context().clearCookies();
      await page.goto(path);
      expect(await isDark(page)).toBe(false);
      await page.context().addCookies([{ name: "theme", value: "dark", url: server.url }]);
      await page.goto(path);
      expect(await isDark(page), path).toBe(true);
    }
  });
  test.use({ expectedComplaint: /Failed to load resource/ });
});

test("in forced colours one sees what is selected, what is done and where the toast ends", async ({ page, server }) => {
  await STATES.dated(page, server);
  await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
  const picture = async (part) => {
    await page.mouse.move(0, 0);
    await page.evaluate(() => document.activeElement.blur());
    return part.screenshot();
  };
  const nadia = row(page, "Answer Nadia");
  const toggle = (title) =>
    row(page, title)
      .locator(".words")
      .click({ modifiers: ["Control"], position: { x: 4, y: 14 } });
  await toggle("Read the contract");
  const plain = await picture(nadia);
  expect((await picture(nadia)).equals(plain)).toBe(true);
  await toggle("Answer Nadia");
  expect.soft((await picture(nadia)).equals(plain), "a selected row looks like any other").toBe(false);
  await page.keyboard.press("Escape");
  await expect(bulk(page)).toBeHidden();
  const check = nadia.locator(".check");
  const empty = await picture(check);
  await box(page, "Answer Nadia").check();
  expect.soft((await picture(check)).equals(empty), "a ticked box looks like an empty one").toBe(false);
  const edge = await toast(page).evaluate((element) => getComputedStyle(element).borderTopStyle);
  expect.soft(edge, "the toast has no edge").not.toBe("none");
});

test("text from right to left has its own direction and leaves the row as it is", async ({ page, server }) => {
  const ada = await server.person("Ada");
  await server.addTask(ada, { title: "Buy milk", description: "And bread", tags: ["home"], due_date: inDays(0), priority: "high" });
  await server.addTask(ada, { title: "קנה חלב ולחם!", description: "גם ביצים.\nAnd bread", tags: ["בית"], due_date: inDays(0), priority: "high" });
  await signIn(page, ada);
  for (const way of ["as the server draws it", "as the browser draws it"]) {
    const parts = (title) =>
      row(page, title).evaluate((row) => {
        const at = (selector) => row.querySelector(selector).getBoundingClientRect();
        const textAt = (selector) => {
          const range = document.createRange();
          range.selectNodeContents(row.querySelector(selector));
          return range.getBoundingClientRect();
        };
        return {
          // What stands at the end of the line is as wide as its words, and the title has the rest.
          boxes: [".check", ".words", ".note", ".actions"].map((selector) => [at(selector).left, Math.round(at(selector).width)]),
          directions: [".title", ".note", ".tag", ".meta"].map((selector) => getComputedStyle(row.querySelector(selector)).direction),
          isAtEnd: textAt(".title").right > at(".title").right - 2 && textAt(".title").left > at(".title").left + 50,
        };
      });
    const [left, right] = [await parts("Buy milk"), await parts("קנה חלב")];
    expect(right.boxes, way).toEqual(left.boxes);
    expect(left.directions, way).toEqual(["ltr", "ltr", "ltr", "ltr"]);
    expect.soft(right.directions, way).toEqual(["rtl", "rtl", "rtl", "ltr"]);
    expect([left.isAtEnd, right.isAtEnd], way).toEqual([false, true]);
    // A search draws all of them anew.
    await (await openSearch(page)).fill("milk");
    await expect(page.getByRole("listitem")).toHaveCount(1);
    await (await openSearch(page)).fill("");
    await expect(page.getByRole("listitem")).toHaveCount(2);
  }
  await newTask(page).fill("לקנות #בית");
  expect(await newTask(page).evaluate((input) => getComputedStyle(input).direction)).toBe("rtl");
  await expect(page.locator("#chips .chip")).toHaveText(["#בית"]);
  expect.soft(await page.locator("#chips .chip span").evaluate((span) => getComputedStyle(span).direction), "chip").toBe("rtl");
  await edit(page, "\u2068קנה חלב").click();
  for (const name of ["Title", "Description", "Tags"]) {
    expect(
      await page
        .locator(".editor")
        .getByLabel(name)
        .evaluate((field) => getComputedStyle(field).direction),
      name,
    ).toBe("rtl");
  }
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Delete: \u2068קנה חלב" }).click();
  // “Deleted: ” is ours, and comes first.
  const order = await toast(page)
    .locator("span")
    .evaluate((span) => [getComputedStyle(span).direction, span.innerText.startsWith("Deleted: ")]);
  expect(order).toEqual(["ltr", true]);
});

test.describe("nothing on the page moves by itself", () => {
  // What the WASM waits for: the page is looked at without it first, however long its loading takes.
  let mayLoad = Promise.resolve();
  let load = () => {};
  const hold = () => {
    mayLoad = new Promise((resolve) => {
      load = resolve;
    });
  };
  test.beforeEach(async ({ page }) => {
    mayLoad = Promise.resolve();
    await page.addInitScript(() => {
      window.shifts = [];
      new PerformanceObserver((list) => {
        for (const { value, hadRecentInput, sources } of list.getEntries()) {
          // Where the page is scrolled by parts of a pixel, what is fixed rounds to another one: that is a shift of nothing.
          if (!hadRecentInput && value >= 0.0001)
            window.shifts.push([value.toFixed(4), ...sources.map(({ node }) => (node?.nodeType === 1 ? node : node?.parentElement)?.outerHTML.slice(0, 80))]);
        }
      }).observe({ type: "layout-shift", buffered: true });
    });
    await page.route("**/*.wasm", async (route) => {
      await mayLoad;
      await route.continue();
    });
  });
  const shifts = (page) => page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(window.shifts), 100))));
  const many = async (server) => {
    const ada = await server.person("Ada");
    for (let n = 0; n < 100; n += 1) {
      await server.addTask(ada, {
        title: `Task ${n} ${"word ".repeat(n % 30)}`,
        description: n % 3 ? null : "In two lines\nof its own",
        due_date: n % 5 ? null : inDays((n % 4) - 1),
        priority: n % 7 ? "none" : "high",
        tags: n % 4 ? [] : ["home", "garden"],
      });
    }
    return ada;
  };

  for (const width of [1280, 390]) {
    for (const path of ["/", "/signin", "/signup"]) {
      test(`${path} in ${width} px`, async ({ page }) => {
        await page.setViewportSize({ width, height: 720 });
        hold();
        await page.goto(path);
        load();
        await page.waitForLoadState("networkidle");
        await page.waitForTimeout(500);
        expect(await shifts(page)).toEqual([]);
      });
    }

    test(`/tasks with a hundred tasks in ${width} px, before and after it is awake, and when it is scrolled`, async ({ page, server }) => {
      const ada = await many(server);
      await page.setViewportSize({ width, height: 720 });
      await signIn(page, ada);
      for (const path of ["/tasks", "/tasks?priority=high", "/tasks?q=nothing"]) {
        hold();
        await page.goto(path);
        expect(await page.locator("#board.hydrated").count(), "asleep").toBe(0);
        load();
        await awake(page);
        await page.waitForTimeout(500);
        expect.soft(await shifts(page), path).toEqual([]);
      }
      await page.goto("/tasks");
      await awake(page);
      await page.evaluate(async () => {
        while (scrollY + innerHeight < document.documentElement.scrollHeight - 1) {
          scrollBy(0, 300);
          await new Promise(requestAnimationFrame);
          await new Promise(requestAnimationFrame);
        }
      });
      expect.soft(await shifts(page), "scrolled").toEqual([]);
    });
  }

  test("/tasks with something that was typed before", async ({ page, server }) => {
    await STATES.chips(page, server);
    hold();
    await page.goto("/tasks");
    load();
    await awake(page);
    await expect(page.getByLabel("New task")).not.toHaveValue("");
    expect(await shifts(page)).toEqual([]);
  });

  test.describe("where it is another day already", () => {
    test.use({ timezoneId: "Pacific/Kiritimati" });

    test("/tasks, the first time", async ({ page, server }) => {
      const ada = await server.person("Ada");
      for (const day of [0, 1, 2])
        await server.addTask(ada, { title: `In ${day} days`, due_date: new Date(Date.now() + day * 86_400_000).toISOString().slice(0, 10), tags: ["home"] });
      await signIn(page, ada);
      expect(await shifts(page)).toEqual([]);
    });
  });
});

test("the browser has nothing to say about any page", async ({ page, server }) => {
  const said = [];
  page.on("console", (message) => said.push(`${new URL(page.url()).pathname}: ${message.text()}`));
  for (const path of ["/", "/signin", "/signup", "/forgot-password", "/api/docs"]) {
    await page.goto(path);
    await page.waitForLoadState("networkidle");
  }
  await STATES.editor(page, server);
  await page.getByRole("textbox", { name: "Title" }).press("Enter");
  await page.keyboard.press("Control+K");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Delete: Pay the rent" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.goto("/account");
  await page.waitForLoadState("networkidle");
  expect(said).toEqual([]);
});
