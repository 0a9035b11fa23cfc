// Everything by keyboard, and the palette that knows it all.
import { awake, expect, row, signIn, test } from "./support.js";

const titlesOf = (page) => page.locator(".row .title").allTextContents();
const box = (page, title) => page.getByRole("checkbox", { name: `Completed: ${title}` });
const kept = async (server, title) => (await server.tasks(server.ada)).find((task) => task.title === title);

test.beforeEach(async ({ page, server }) => {
  server.ada = await server.person("Ada");
  for (const title of ["one", "two", "three"]) await server.addTask(server.ada, { title });
  // The list of everything: what is ticked stays on it.
  await signIn(page, server.ada, "/tasks?status=all");
  await page.keyboard.press("Escape");
});

test("n adds, slash searches", async ({ page }) => {
  await page.keyboard.press("/");
  await expect(page.getByLabel("Search")).toBeFocused();
  await expect(page.getByLabel("Search")).toHaveValue("");
  await page.getByRole("heading", { name: "All tasks" }).click();
  await page.keyboard.press("n");
  await expect(page.getByLabel("New task")).toBeFocused();
  await expect(page.getByLabel("New task")).toHaveValue("");
});

test("j and k go through the rows, and x, e, the digits and Delete act on the one that has the focus", async ({ page, server }) => {
  await page.keyboard.press("j");
  await expect(box(page, "three")).toBeFocused();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await expect(box(page, "one")).toBeFocused();
  await page.keyboard.press("k");
  await expect(box(page, "two")).toBeFocused();
  await page.keyboard.press("x");
  await expect(box(page, "two")).toBeChecked();
  await page.keyboard.press("4");
  await expect(row(page, "two")).toContainText("High");
  await page.keyboard.press("2");
  await expect.poll(async () => (await kept(server, "two")).priority).toBe("low");
  await page.keyboard.press("1");
  await expect.poll(async () => [(await kept(server, "two")).priority, (await kept(server, "two")).completed]).toEqual(["none", true]);
  await page.keyboard.press("e");
  await expect(page.getByRole("textbox", { name: "Title" })).toHaveValue("two");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Delete");
  await expect.poll(() => titlesOf(page)).toEqual(["three", "one"]);
  await expect(box(page, "one")).toBeFocused();
  await page.keyboard.press("Control+z");
  await expect.poll(() => titlesOf(page)).toEqual(["three", "two", "one"]);
  await expect.poll(() => server.tasks(server.ada)).toHaveLength(3);
});

test("s selects, and Shift with j several", async ({ page }) => {
  const count = page.locator(".bulk-count");
  await page.keyboard.press("j");
  await page.keyboard.press("s");
  await expect(count).toHaveText("1 selected");
  await page.keyboard.press("Shift+J");
  await page.keyboard.press("Shift+J");
  await expect(count).toHaveText("3 selected");
  await page.keyboard.press("x");
  await expect(page.locator("#count")).toHaveText("all done");
});

test("keys mean nothing while one types, and nothing at all once they are switched off", async ({ page, server }) => {
  await page.getByLabel("New task").fill("");
  await page.keyboard.type("njkxe1234?/");
  await expect(page.getByLabel("New task")).toHaveValue("njkxe1234?/");
  await page.getByLabel("New task").fill("");
  await page.getByRole("heading", { name: "All tasks" }).click();
  await page.keyboard.press("?");
  await page.getByLabel("Use these keys").uncheck();
  await page.keyboard.press("Escape");
  await page.reload();
  await awake(page);
  await page.keyboard.press("Escape");
  await box(page, "three").focus();
  for (const key of ["x", "Delete", "e", "4", "n", "/", "?"]) await page.keyboard.press(key);
  await expect(box(page, "three")).toBeFocused();
  await expect(box(page, "three")).not.toBeChecked();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  expect((await server.tasks(server.ada)).map((task) => task.priority)).toEqual(["none", "none", "none"]);
  await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
  await expect(page.getByLabel("Use these keys")).not.toBeChecked();
});

test("the palette finds a command, does it to the task that had the focus, and closes", async ({ page, server }) => {
  await box(page, "two").focus();
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Commands" });
  await expect(palette.getByLabel("Find a command")).toBeFocused();
  await page.keyboard.type("complete the");
  await expect(palette.getByRole("option")).toHaveCount(1);
  await page.keyboard.press("Enter");
  await expect(palette).toHaveCount(0);
  await expect(box(page, "two")).toBeChecked();
  await expect(box(page, "two")).toBeFocused();
  await expect.poll(async () => (await kept(server, "two")).completed).toBe(true);

  await page.keyboard.press("Control+k");
  await page.keyboard.type("nothing like this");
  await expect(page.getByText("There is no such command.")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(box(page, "two")).toBeFocused();

  await page.keyboard.press("Control+k");
  await page.keyboard.type("go to today");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/due=by_today/);
});

test("the palette knows other words for a command, and finds tasks and tags", async ({ page, server }) => {
  await server.addTask(server.ada, { title: "Water the plants", tags: ["garden"] });
  await page.reload();
  await awake(page);
  const palette = page.getByRole("dialog", { name: "Commands" });
  for (const [typed, found] of [
    ["log out", "Your account"],
    ["theme", "Dark colours"],
    ["water", "Water the plants"],
    ["garden", "#garden"],
  ]) {
    await page.keyboard.press("Control+k");
    await page.keyboard.type(typed);
    await expect(palette.getByRole("option", { name: found })).toBeVisible();
    await page.keyboard.press("Escape");
  }
  await page.keyboard.press("Control+k");
  await page.keyboard.type("water the");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("textbox", { name: "Title" })).toHaveValue("Water the plants");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("#garden");
  await palette.getByRole("option", { name: "#garden" }).click();
  await page.waitForURL(/tag=garden/);
});

test("the colours that one chooses stay, from the first paint on", async ({ page, request }) => {
  const surface = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await surface();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("dark");
  await page.keyboard.press("Enter");
  await expect.poll(surface).not.toBe(light);
  const html = await page.evaluate(() => fetch("/tasks").then((response) => response.text()));
  expect(html).toMatch(/<html[^>]* data-theme="dark"/);
  await page.goto("/account");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.goto("/tasks");
  await awake(page);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("system");
  await page.keyboard.press("Enter");
  await expect.poll(surface).toBe(light);
});
