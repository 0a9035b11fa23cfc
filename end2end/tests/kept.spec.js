// Nothing typed is lost: the server away, the session over, the tab closed, somebody faster, a page not awake yet.
import { awake, expect, row, signIn, test } from "./support.js";

test.use({ expectedComplaint: /Failed to (load resource|fetch)/ });

test.beforeEach(async ({ page, server }) => {
  server.ada = await server.person("Ada");
  await server.addTask(server.ada, { title: "Renew the passport", description: "Photos, 60 euros" });
  await signIn(page, server.ada);
});

const titles = async (server) => (await server.tasks(server.ada)).map((task) => task.title);
const notice = (page) => page.getByRole("alert").filter({ hasText: "can’t be reached" });
const unsaved = (page) => page.locator(".row.unsaved");

test("with the server away every change shows, looks unsaved, and is saved when it is back, by itself", async ({ page, server }) => {
  await page.goto("/tasks?status=all");
  await awake(page);
  await server.stop("SIGKILL");
  await page.getByLabel("New task").fill("Typed in vain !high");
  await page.keyboard.press("Enter");
  await expect(notice(page)).toContainText("1 change is not saved yet");
  await expect(unsaved(page)).toHaveCount(1);
  await page.getByRole("checkbox", { name: "Completed: Renew the passport" }).check();
  await page.getByRole("button", { name: "Edit: Renew the passport" }).click();
  await page.getByRole("textbox", { name: "Title" }).fill("Renew it tomorrow");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(row(page, "Renew it tomorrow")).toHaveClass(/unsaved/);
  await expect(page.getByText("1 of 2 to do")).toBeVisible();
  await expect(page.getByRole("status")).not.toHaveText("Saved");

  await server.restart();
  await expect(notice(page)).toHaveCount(0, { timeout: 40_000 });
  await expect(unsaved(page)).toHaveCount(0);
  const tasks = await server.tasks(server.ada);
  expect(tasks.map(({ title, priority, completed }) => [title, priority, completed])).toEqual([
    ["Typed in vain", "high", false],
    ["Renew it tomorrow", "none", true],
  ]);
});

test("a deletion that could not be sent is sent later, and undone the task stays", async ({ page, server }) => {
  await server.stop("SIGKILL");
  await page.getByRole("button", { name: "Delete: Renew the passport" }).click();
  await expect(page.getByRole("listitem")).toHaveCount(0);
  await expect(notice(page)).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(row(page, "Renew the passport")).toBeVisible();
  await server.restart();
  // Without an answer the page cannot know whether the deletion arrived: it is sent again, and taken back.
  await expect(notice(page)).toHaveCount(0, { timeout: 40_000 });
  await expect(unsaved(page)).toHaveCount(0);
  expect(await titles(server)).toEqual(["Renew the passport"]);
  await server.stop("SIGKILL");
  await page.getByRole("button", { name: "Delete: Renew the passport" }).click();
  await expect(notice(page)).toBeVisible();
  await server.restart();
  // It is gone when the deletion was sent by itself meanwhile.
  await page
    .getByRole("button", { name: "Try again" })
    .click({ timeout: 1_000 })
    .catch(() => {});
  await expect.poll(() => titles(server)).toEqual([]);
});

test("what was not saved when the tab was closed is saved by the next one", async ({ page, server }) => {
  await server.stop("SIGKILL");
  await page.getByLabel("New task").fill("From the closed tab");
  await page.keyboard.press("Enter");
  await expect(unsaved(page)).toHaveCount(1);
  const context = page.context();
  await page.close();
  await server.restart();
  const next = await context.newPage();
  await next.goto("/tasks");
  await expect(row(next, "From the closed tab")).toHaveCount(1);
  await expect(unsaved(next)).toHaveCount(0);
  await expect.poll(() => titles(server)).toEqual(["From the closed tab", "Renew the passport"]);
});

test("an edit and a new task in the middle of typing are there again after the tab was closed", async ({ page }) => {
  await page.getByLabel("New task").fill("Half a thou");
  await page.getByRole("button", { name: "Edit: Renew the passport" }).click();
  await page.getByRole("textbox", { name: "Title" }).fill("Renew the pass");
  await page.getByRole("textbox", { name: "Description" }).fill("In the middle of");
  await page.locator(".editor").getByLabel("Priority").selectOption("high");
  const context = page.context();
  await page.close();
  const next = await context.newPage();
  await next.goto("/tasks");
  await expect(next.getByLabel("New task")).toHaveValue("Half a thou");
  await expect(next.getByRole("textbox", { name: "Title" })).toHaveValue("Renew the pass");
  await expect(next.getByRole("textbox", { name: "Description" })).toHaveValue("In the middle of");
  await expect(next.locator(".editor [name=priority]")).toHaveValue("high");
  await next.getByRole("button", { name: "Cancel" }).click();
  await next.reload();
  await expect(next.locator("#board.hydrated")).toBeVisible();
  await expect(next.getByRole("textbox", { name: "Title" })).toHaveCount(0);
});

test("a_18 when the session ends in the middle, what was typed is saved after signing in again", async ({ page, server }) => {
  await fetch(`${server.url}/api/auth/revoke-sessions`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.ada.token}`, "content-type": "application/json" },
    body: "{}",
  });
  await page.getByLabel("New task").fill("Typed too late");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Your session has expired. What you typed is kept.")).toBeVisible();
  await page.getByRole("button", { name: "Sign in again" }).click();
  await page.getByLabel("E-mail").fill(server.ada.email);
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/tasks");
  await expect(row(page, "Typed too late")).toHaveCount(1);
  const { token } = await page.evaluate(() => fetch("/api/auth/token").then((response) => response.json()));
  server.ada.token = token;
  await expect.poll(() => titles(server)).toEqual(["Typed too late", "Renew the passport"]);
});

test("a task whose answer was lost is not made twice", async ({ page, server }) => {
  let lost = 0;
  await page.route("**/tasks", async (route) => {
    if (route.request().method() !== "POST" || lost > 0) return route.continue();
    lost += 1;
    await route.fetch();
    return route.abort();
  });
  await page.getByLabel("New task").fill("Only once");
  await page.keyboard.press("Enter");
  await expect(notice(page)).toBeVisible();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(notice(page)).toHaveCount(0);
  await expect(row(page, "Only once")).toHaveCount(1);
  expect((await titles(server)).filter((title) => title === "Only once")).toHaveLength(1);
});

test("what the server refuses is in the line again, with the reason", async ({ page, server }) => {
  await page.route("**/tasks", (route) =>
    route.request().method() === "POST"
      ? route.fulfill({
          status: 422,
          contentType: "application/problem+json",
          body: JSON.stringify({ status: 422, code: "VALIDATION_ERROR", message: "Not like this." }),
        })
      : route.continue(),
  );
  await page.getByLabel("New task").fill("Refused");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: "The task was not added: Not like this." })).toBeVisible();
  await expect(page.getByLabel("New task")).toHaveValue("Refused");
  await expect(page.getByRole("listitem")).toHaveCount(1);
  expect(await titles(server)).toEqual(["Renew the passport"]);
});

test("two edits of one task, one soon after the other, are no conflict", async ({ page, server }) => {
  let answer;
  const held = new Promise((resolve) => (answer = resolve));
  let sent = 0;
  await page.route("**/tasks/*", async (route) => {
    if (route.request().method() === "PUT" && ++sent === 1) await held;
    await route.continue();
  });
  const edit = async (title, to) => {
    await page.getByRole("button", { name: `Edit: ${title}` }).click();
    await page.getByRole("textbox", { name: "Title" }).fill(to);
    await page.getByRole("button", { name: "Save" }).click();
  };
  await edit("Renew the passport", "Renew it");
  await expect.poll(() => sent).toBe(1);
  await edit("Renew it", "Renew it tomorrow");
  await page.getByRole("button", { name: "Edit: Renew it tomorrow" }).click();
  await page.getByRole("textbox", { name: "Title" }).fill("Renew it on Monday");
  answer();
  await expect.poll(() => titles(server)).toEqual(["Renew it tomorrow"]);
  await expect(unsaved(page)).toHaveCount(0);
  await page.getByRole("button", { name: "Save" }).click();
  await expect.poll(() => titles(server)).toEqual(["Renew it on Monday"]);
});

test("an edit that met a newer one waits until the newer one can be shown", async ({ page, server }) => {
  // What it is now comes by asking for it alone.
  await page.route("**/events?*", (route) => route.abort());
  await page.reload();
  await awake(page);
  const [{ id }] = await server.tasks(server.ada);
  const url = `${server.url}/api/${server.ada.user.id}/tasks/${id}`;
  const headers = { authorization: `Bearer ${server.ada.token}`, "content-type": "application/json" };
  await page.getByRole("button", { name: "Edit: Renew the passport" }).click();
  await page.getByRole("textbox", { name: "Title" }).fill("Mine");
  expect((await fetch(url, { method: "PUT", headers, body: JSON.stringify({ title: "Theirs" }) })).status).toBe(200);
  let isAway = true;
  await page.route("**/tasks/*", (route) => (isAway && route.request().method() === "GET" ? route.abort() : route.continue()));
  await page.getByRole("button", { name: "Save" }).click();
  await expect(notice(page)).toBeVisible();
  await expect(unsaved(page)).toHaveText(/Mine/);
  isAway = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Theirs" })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Title" })).toHaveValue("Mine");
  expect(await titles(server)).toEqual(["Theirs"]);
});

test("an edit of a task that somebody deleted meanwhile can put it back, or let it go", async ({ page, server }) => {
  const remove = async () => {
    const [{ id }] = await server.tasks(server.ada);
    await fetch(`${server.url}/api/${server.ada.user.id}/tasks/${id}`, { method: "DELETE", headers: { authorization: `Bearer ${server.ada.token}` } });
  };
  await page.getByRole("button", { name: "Edit: Renew the passport" }).click();
  await page.getByRole("textbox", { name: "Title" }).fill("Renew both passports");
  await remove();
  await expect(page.getByRole("alert").filter({ hasText: "Somebody deleted this task meanwhile" })).toBeVisible();
  await page.getByRole("button", { name: "Put it back with my text" }).click();
  await expect.poll(() => titles(server)).toEqual(["Renew both passports"]);
  await page.getByRole("button", { name: "Edit: Renew both passports" }).click();
  await remove();
  await page.getByRole("button", { name: "Let it go" }).click();
  await expect(page.getByRole("listitem")).toHaveCount(0);
  expect(await titles(server)).toEqual([]);
});

test.describe("before the page is awake", () => {
  test("clicks and typing count", async ({ page, server }) => {
    await server.addTask(server.ada, { title: "Sent off" });
    let wake;
    const asleep = new Promise((resolve) => (wake = resolve));
    await page.route("**/*.wasm", async (route) => {
      await asleep;
      await route.continue();
    });
    await page.goto("/tasks?status=all");
    await page.getByLabel("New task").pressSequentially("Typed early");
    await page.getByRole("checkbox", { name: "Completed: Renew the passport" }).check();
    await page.getByRole("button", { name: "Delete: Sent off" }).click();
    await expect(page.locator("#board.hydrated")).toHaveCount(0);
    wake();
    await expect(page.locator("#board.hydrated")).toHaveCount(1);
    await expect(page.getByLabel("New task")).toHaveValue("Typed early");
    await expect(row(page, "Sent off")).toHaveCount(0);
    await expect.poll(async () => (await server.tasks(server.ada)).map(({ title, completed }) => [title, completed])).toEqual([["Renew the passport", true]]);
    await page.reload();
    await expect(page.getByLabel("New task")).toHaveValue("Typed early");
  });

  test("a task that is sent then is there", async ({ page }) => {
    await page.route("**/*.wasm", () => {});
    await page.goto("/tasks");
    await page.getByLabel("New task").fill("Sent early tomorrow");
    await page.keyboard.press("Enter");
    await expect(row(page, "Sent early")).toContainText("Tomorrow");
  });
});
