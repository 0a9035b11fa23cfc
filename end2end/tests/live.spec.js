// What happens in one tab or on one device shows in the others.
import { expect, row, signIn, test } from "./support.js";

const titlesOf = (page) => page.locator(".row .title").allTextContents();
const streams = (pages) => {
  const open = new Set();
  for (const page of pages) {
    page.on("request", (request) => request.url().includes("/events") && open.add(request));
    for (const end of ["requestfinished", "requestfailed"]) page.on(end, (request) => open.delete(request));
  }
  return open;
};

test.beforeEach(async ({ server }) => {
  server.ada = await server.person("Ada");
  await server.addTask(server.ada, { title: "Renew the passport" });
});

const open = async (context, path = "/tasks") => {
  const page = await context.newPage();
  await page.goto(path);
  await expect(page.locator("#board.hydrated")).toBeVisible();
  return page;
};

test("a change in one tab shows in another, as it happens", async ({ page, context, server }) => {
  // The list of everything: what is ticked stays on it.
  await signIn(page, server.ada, "/tasks?status=all");
  const other = await open(context, "/tasks?status=all");
  await page.getByLabel("New task").fill("Book the train !high");
  await page.keyboard.press("Enter");
  await expect(row(other, "Book the train")).toContainText("High");
  await expect(other).toHaveTitle("(2) Tasks · Holdfast");
  await other.getByRole("checkbox", { name: "Completed: Book the train" }).check();
  await expect(page.getByRole("checkbox", { name: "Completed: Book the train" })).toBeChecked();
  await expect(page.getByText("1 of 2 to do")).toBeVisible();
  await page.getByRole("button", { name: "Delete: Book the train" }).click();
  await expect(other.getByRole("listitem")).toHaveCount(1);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => titlesOf(other)).toEqual(["Book the train", "Renew the passport"]);
});

test("a change on another device shows, with the counts of every view", async ({ page, server }) => {
  await signIn(page, server.ada);
  await server.addTask(server.ada, { title: "From the telephone", due_date: "2027-01-31" });
  await expect(row(page, "From the telephone")).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Which tasks" }).getByRole("link")).toHaveText([
    "To do 2",
    "Today 0",
    "Upcoming 1",
    "Completed 0",
    "All 2",
    "Trash",
  ]);
});

test("nobody else's tasks show", async ({ page, server }) => {
  const ben = await server.person("Ben");
  await signIn(page, server.ada);
  await server.addTask(ben, { title: "Ben's own" });
  await server.addTask(server.ada, { title: "Ada's own" });
  await expect(row(page, "Ada's own")).toBeVisible();
  await expect(page.getByRole("listitem")).toHaveCount(2);
});

test("eight tabs share one stream, and it goes on when the tab that reads it is closed", async ({ page, context, server }) => {
  const all = [page];
  const reading = streams(all);
  await signIn(page, server.ada);
  for (let tab = 1; tab < 8; tab += 1) {
    const next = await context.newPage();
    for (const event of ["request", "requestfinished", "requestfailed"]) {
      next.on(event, (request) => request.url().includes("/events") && (event === "request" ? reading.add(request) : reading.delete(request)));
    }
    await next.goto("/tasks");
    await expect(next.locator("#board.hydrated")).toBeVisible();
    all.push(next);
  }
  await server.addTask(server.ada, { title: "For all" });
  for (const tab of all) await expect(row(tab, "For all")).toHaveCount(1);
  expect(reading.size).toBe(1);
  await page.close();
  await server.addTask(server.ada, { title: "For the rest" });
  for (const tab of all.slice(1)) await expect(row(tab, "For the rest")).toHaveCount(1);
});

test.describe("across an outage", () => {
  test.use({ expectedComplaint: /Failed to load resource|ERR_|network error/ });

  test("what happened meanwhile shows when the server is back", async ({ page, server }) => {
    await signIn(page, server.ada);
    await server.stop();
    await server.restart();
    await server.addTask(server.ada, { title: "After the restart" });
    await expect(row(page, "After the restart")).toBeVisible({ timeout: 30_000 });
  });

  test("a session that ends elsewhere ends the list here at once", async ({ page, server }) => {
    await signIn(page, server.ada);
    await fetch(`${server.url}/api/auth/revoke-sessions`, {
      method: "POST",
      headers: { authorization: `Bearer ${server.ada.token}`, "content-type": "application/json" },
      body: "{}",
    });
    await expect(page.getByText("Your session has expired.")).toBeVisible();
  });
});

test("an edit goes on while the task changes elsewhere, and is warned of it", async ({ page, server }) => {
  await signIn(page, server.ada);
  await page.getByRole("button", { name: "Edit: Renew the passport" }).click();
  await page.getByRole("textbox", { name: "Title" }).fill("Renew both");
  const [{ id }] = await server.tasks(server.ada);
  const headers = { authorization: `Bearer ${server.ada.token}`, "content-type": "application/json" };
  await fetch(`${server.url}/api/${server.ada.user.id}/tasks/${id}`, { method: "PUT", headers, body: JSON.stringify({ priority: "low" }) });
  await expect(page.locator(".row")).toHaveClass(/priority-low/);
  await expect(page.getByRole("textbox", { name: "Title" })).toHaveValue("Renew both");
});

test("a list that is longer than what is loaded is not filled up by what happens further down", async ({ page, server }) => {
  for (let n = 0; n < 110; n += 1) await server.addTask(server.ada, { title: `task ${n}` });
  await signIn(page, server.ada);
  await server.addTask(server.ada, { title: "newest" });
  await expect(row(page, "newest")).toBeVisible();
  await expect(page.getByRole("listitem")).toHaveCount(101);
});
