// Theme and density on the account page: this browser keeps them, and every page is drawn so before any script runs.
import { isDark } from "./states.js";
import { awake, expect, isAccessible, row, signIn, test } from "./support.js";

const NOTE = "She is back on Tuesday\nand gone on Friday";

// Where the note of the first task stands, and how it looks.
const noteOf = async (page) => {
  const [title, note] = [row(page, "Answer Nadia").locator(".title"), row(page, "Answer Nadia").locator(".note")];
  await expect(note).toBeVisible();
  const [{ y, height }, box] = [await title.boundingBox(), await note.boundingBox()];
  if (box.width === 20 && box.height === 20) return "icon";
  return box.y >= y + height && box.height < 30 ? "line" : `neither: ${JSON.stringify(box)}`;
};

test.beforeEach(async ({ page, server }) => {
  const ada = await server.person("Ada");
  await server.addTask(ada, { title: "Answer Nadia", description: NOTE });
  await signIn(page, ada);
});

const chooses = async (page, name) => {
  await page.goto("/account");
  await page.getByRole("radio", { name }).check();
};

test("the colours that one chooses hold at once, and from the first paint of every page on", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("/account");
  await expect(page.getByRole("radio", { name: "System" })).toBeChecked();
  await page.getByRole("radio", { name: "Dark" }).check();
  await expect.poll(() => isDark(page)).toBe(true);
  for (const path of ["/account", "/tasks"]) {
    const html = await page.evaluate((path) => fetch(path).then((response) => response.text()), path);
    expect(html).toMatch(/<html[^>]* data-theme="dark"/);
  }
  await page.reload();
  await expect(page.getByRole("radio", { name: "Dark" })).toBeChecked();
  await page.getByRole("radio", { name: "System" }).check();
  await expect.poll(() => isDark(page)).toBe(false);
  await page.reload();
  await expect(page.getByRole("radio", { name: "System" })).toBeChecked();
});

test("a note is an icon where the rows are compact, and a line below the title where they are comfortable", async ({ page }) => {
  for (const [choice, wide, narrow] of [
    ["Automatic", "icon", "line"],
    ["Comfortable", "line", "line"],
    ["Compact", "icon", "icon"],
  ]) {
    await chooses(page, new RegExp(`^${choice}`));
    for (const [width, looks] of [
      [1280, wide],
      [390, narrow],
    ]) {
      await page.setViewportSize({ width, height: 720 });
      await page.goto("/tasks");
      await awake(page);
      expect(await noteOf(page), `${choice} at ${width} px`).toBe(looks);
      await isAccessible(page);
      // Whoever hears the page hears the note.
      await expect(page.getByRole("listitem").filter({ hasText: "She is back on Tuesday" })).toBeVisible();
    }
  }
});

test("on paper a note is a note", async ({ page }) => {
  await chooses(page, /^Compact/);
  await page.goto("/tasks");
  await awake(page);
  await page.emulateMedia({ media: "print" });
  expect(await noteOf(page)).toBe("line");
});

test("what is chosen before the page is awake holds once it is", async ({ page }) => {
  let wake;
  const held = new Promise((resolve) => (wake = resolve));
  await page.route("**/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("/account", { waitUntil: "commit" });
  await page.getByRole("radio", { name: "Dark" }).check();
  expect(await page.locator("html").getAttribute("data-theme")).toBe(null);
  wake();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test("who has signed out, and who signs in next, keeps the looks of this browser", async ({ page }) => {
  await chooses(page, /^Compact/);
  await page.getByRole("button", { name: "Sign out", exact: true }).first().click();
  await page.waitForURL(/\/signin/);
  await expect(page.locator("html")).toHaveAttribute("data-density", "compact");
});

test("one that runs no script is offered nothing that would need one", async ({ browser, server, page }) => {
  const cookies = await page.context().cookies();
  const context = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false });
  await context.addCookies(cookies);
  const plain = await context.newPage();
  await plain.goto("/account");
  await expect(plain.getByRole("heading", { name: "Devices" })).toBeVisible();
  await expect(plain.getByRole("heading", { name: "Appearance" })).toBeHidden();
  await context.close();
});
