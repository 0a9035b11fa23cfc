// The list under a finger, and what floats: swipes, long presses, drags. Also the pointer's drag where it shares their code.
import { awake, expect, row, signIn, test } from "./support.js";

const titlesOf = (page) => page.locator(".row .title").allTextContents();
const inOrder = async (server) => (await server.tasks(server.ada)).sort((a, b) => (a.position < b.position ? -1 : 1)).map((task) => task.title);
const box = (page, title) => row(page, title).boundingBox();

// A finger as the browser gets it from the screen, so that scrolling is the browser's own.
class Finger {
  constructor(session) {
    this.session = session;
  }
  send(type, points) {
    return this.session.send("Input.dispatchTouchEvent", { type, touchPoints: points });
  }
  async down(x, y) {
    [this.x, this.y] = [x, y];
    await this.send("touchStart", [{ x, y }]);
  }
  async by(dx, dy, steps = 6) {
    const [x, y] = [this.x, this.y];
    for (let step = 1; step <= steps; step += 1) {
      [this.x, this.y] = [x + (dx * step) / steps, y + (dy * step) / steps];
      await this.send("touchMove", [{ x: this.x, y: this.y }]);
    }
  }
  up() {
    return this.send("touchEnd", []);
  }
  cancel() {
    return this.send("touchCancel", []);
  }
}

const fingerOn = async (page, title) => {
  const finger = new Finger(await page.context().newCDPSession(page));
  const { x, y, height } = await box(page, title);
  await finger.down(x + 160, y + height / 2);
  return finger;
};

test.beforeEach(async ({ page, server }) => {
  server.ada = await server.person("Ada");
  for (const title of ["one", "two", "three"]) await server.addTask(server.ada, { title });
});

test.describe("under a finger", () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

  test.beforeEach(async ({ page, server }) => signIn(page, server.ada));

  // Holds a row until it is lifted.
  const hold = async (page, title) => {
    const finger = await fingerOn(page, title);
    await expect(page.locator(".lifted")).toHaveText(title);
    return finger;
  };

  test("a swipe to the right ticks, and says so while it does", async ({ page, server }) => {
    const finger = await fingerOn(page, "two");
    await finger.by(60, 0);
    await expect(page.locator(".swipe")).toHaveText("Complete");
    await expect(page.locator(".swipe.enough")).toHaveCount(0);
    await finger.by(60, 4);
    await expect(page.locator(".swipe.enough")).toHaveCount(1);
    await finger.up();
    await expect(page.getByRole("checkbox", { name: "Completed: two" })).toBeChecked();
    await expect(page.locator(".swipe")).toHaveCount(0);
    await expect.poll(async () => (await server.tasks(server.ada)).find((task) => task.title === "two").completed).toBe(true);
  });

  test("a swipe to the left asks for a date", async ({ page }) => {
    const finger = await fingerOn(page, "two");
    await finger.by(-120, 0);
    await expect(page.locator(".swipe")).toHaveText("Set a date");
    await finger.up();
    await expect(page.getByRole("dialog", { name: "Date" })).toBeVisible();
    // Right after a quick swipe, Chromium takes a tap for one that stops a page that glides, and does not click.
    await expect(async () => {
      await page
        .getByRole("dialog", { name: "Date" })
        .getByRole("button", { name: /^Tomorrow .../ })
        .tap();
      await expect(row(page, "two")).toContainText("Tomorrow", { timeout: 500 });
    }).toPass();
  });

  test("a short swipe does nothing, and the row goes back", async ({ page, server }) => {
    const finger = await fingerOn(page, "two");
    await finger.by(60, 0);
    await expect(row(page, "two")).toHaveClass(/shifted/);
    await finger.up();
    await expect(row(page, "two")).not.toHaveClass(/shifted/);
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(page.locator(".editor")).toHaveCount(0);
    expect((await server.tasks(server.ada)).every((task) => !task.completed)).toBe(true);
  });

  test("a move up scrolls and does nothing else", async ({ page, server }) => {
    for (let n = 0; n < 30; n += 1) await server.addTask(server.ada, { title: `more ${n}` });
    await page.reload();
    await awake(page);
    const finger = await fingerOn(page, "more 22");
    await finger.by(0, -200, 12);
    await finger.up();
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(100);
    await expect(page.locator(".lifted, .swipe, .editor, .selected")).toHaveCount(0);
  });

  test("a tap still opens a task", async ({ page }) => {
    await row(page, "two").locator(".title").tap();
    await expect(page.getByRole("textbox", { name: "Title" })).toHaveValue("two");
  });

  test("a long press selects", async ({ page }) => {
    const finger = await hold(page, "two");
    await finger.up();
    await expect(page.getByRole("toolbar", { name: "Selected tasks" })).toContainText("1 selected");
    await expect(row(page, "two")).toHaveClass(/selected/);
    await expect(page.locator(".lifted, .editor")).toHaveCount(0);
    expect(await page.evaluate(() => getSelection().toString())).toBe("");
  });

  test("a long press that moves drags, and the order holds", async ({ page, server }) => {
    const finger = await hold(page, "one");
    const top = await box(page, "three");
    await finger.by(0, top.y + 4 - finger.y);
    await expect(page.locator(".landing")).toBeVisible();
    await finger.up();
    await expect.poll(() => titlesOf(page)).toEqual(["one", "three", "two"]);
    await expect.poll(() => inOrder(server)).toEqual(["one", "three", "two"]);
    expect(await page.evaluate(() => scrollY)).toBe(0);
    await page.reload();
    expect(await titlesOf(page)).toEqual(["one", "three", "two"]);
  });

  test("a touch that is cancelled puts the row back", async ({ page, server }) => {
    const finger = await hold(page, "one");
    const top = await box(page, "three");
    await finger.by(0, top.y + 4 - finger.y);
    await expect(page.locator(".landing")).toBeVisible();
    await finger.cancel();
    await expect(page.locator(".lifted, .landing, .held")).toHaveCount(0);
    expect(await titlesOf(page)).toEqual(["three", "two", "one"]);
    expect(await inOrder(server)).toEqual(["three", "two", "one"]);
  });

  test("a second finger puts the row back", async ({ page }) => {
    const finger = await hold(page, "one");
    await finger.by(0, -60);
    const top = await box(page, "three");
    await finger.send("touchStart", [
      { x: finger.x, y: finger.y, id: 0 },
      { x: top.x + 100, y: top.y + 20, id: 1 },
    ]);
    await expect(page.locator(".lifted, .landing, .held")).toHaveCount(0);
    await finger.up();
    expect(await titlesOf(page)).toEqual(["three", "two", "one"]);
  });

  test("a row that is dragged to the edge scrolls the page, over groups of rows", async ({ page, server }) => {
    for (let n = 0; n < 60; n += 1) await server.addTask(server.ada, { title: `more ${n}` });
    await page.reload();
    await awake(page);
    const finger = await hold(page, "more 59");
    await finger.by(0, 830 - finger.y);
    // On to the end of the list, without another move of the finger.
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(1_500);
    await finger.by(0, -300);
    await finger.up();
    await expect.poll(async () => (await titlesOf(page)).indexOf("more 59")).toBeGreaterThan(25);
    const order = await titlesOf(page);
    await expect.poll(() => inOrder(server)).toEqual(order);
  });
});

test.describe("with a mouse", () => {
  test.beforeEach(async ({ page, server }) => signIn(page, server.ada));

  const dragToTop = async (page) => {
    await row(page, "one").hover();
    await row(page, "one").locator(".grip").hover();
    await page.mouse.down();
    const top = await box(page, "three");
    await page.mouse.move(top.x + 60, top.y + 4, { steps: 6 });
    await expect(page.locator(".landing")).toBeVisible();
  };

  test("Escape puts the row back", async ({ page, server }) => {
    await dragToTop(page);
    await page.keyboard.press("Escape");
    await expect(page.locator(".lifted, .landing, .held")).toHaveCount(0);
    await page.mouse.up();
    expect(await titlesOf(page)).toEqual(["three", "two", "one"]);
    expect(await inOrder(server)).toEqual(["three", "two", "one"]);
  });

  test("a drag near the edge scrolls until it ends", async ({ page, server }) => {
    for (let n = 0; n < 60; n += 1) await server.addTask(server.ada, { title: `more ${n}` });
    await page.reload();
    await awake(page);
    await row(page, "more 59").hover();
    await row(page, "more 59").locator(".grip").hover();
    await page.mouse.down();
    await page.mouse.move(400, 700, { steps: 4 });
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(300);
    await page.keyboard.press("Escape");
    const frames = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(scrollY)))));
    const end = await frames();
    expect(await frames()).toBe(end);
    await page.mouse.up();
    expect((await titlesOf(page))[0]).toBe("more 59");
  });
});

test.describe("the line for a new task", () => {
  for (const width of [320, 1280]) {
    test(`marks what it understands, and nothing moves, in ${width} px`, async ({ page, server }) => {
      await page.setViewportSize({ width, height: 800 });
      await signIn(page, server.ada);
      const before = await box(page, "three");
      const line = page.getByLabel("New task");
      const marks = page.locator("#add mark");
      await line.pressSequentially("call mum tomorrow #home");
      await expect(marks).toHaveText(["tomorrow", "#home"]);
      await expect(page.locator("#chips .chip")).toHaveCount(2);
      expect(await box(page, "three")).toEqual(before);
      // A mark is where its word is.
      const field = await line.boundingBox();
      const mark = await marks.first().boundingBox();
      expect(mark.x).toBeGreaterThan(field.x + 13);
      expect(mark.x + mark.width).toBeLessThan(field.x + field.width);
      await page.keyboard.press("Backspace");
      await expect(line).toHaveValue("call mum tomorrow \\#home");
      await expect(marks).toHaveText(["tomorrow"]);
      await page.getByRole("button", { name: "Tomorrow: keep it as a word" }).click();
      await expect(line).toHaveValue("call mum \\tomorrow \\#home");
      await expect(marks).toHaveCount(0);
      await expect(line).toBeFocused();
      expect(await box(page, "three")).toEqual(before);
    });
  }

  test("marks scroll with a line that is longer than its field", async ({ page, server }) => {
    await page.setViewportSize({ width: 320, height: 800 });
    await signIn(page, server.ada);
    const line = page.getByLabel("New task");
    await line.pressSequentially("a rather long line about very little, due tomorrow");
    const scrolls = () => line.evaluate((input) => [input.scrollLeft, input.previousElementSibling.scrollLeft]);
    await expect.poll(async () => (await scrolls())[0]).toBeGreaterThan(0);
    await expect
      .poll(async () => {
        const [field, marks] = await scrolls();
        return marks - field;
      })
      .toBe(0);
    await page.keyboard.press("Home");
    await expect.poll(scrolls).toEqual([0, 0]);
  });
});
