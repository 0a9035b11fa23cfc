// What once went wrong: each of these was reported, and must not come back.
import { awake, expect, holdClock, openSearch, row, signIn, test } from "./support.js";

const titlesOf = (page) => page.locator(".row .title").allTextContents();
const paste = (page, text) =>
  page.getByLabel("New task").evaluate((input, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    input.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, text);
const inDays = (days) => {
  const date = new Date(Date.now() + days * 86_400_000);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
};
const change = (server, id, body) =>
  fetch(`${server.url}/api/${server.ada.user.id}/tasks/${id}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${server.ada.token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });

test.use({ expectedComplaint: /Failed to (load resource|fetch)|ERR_|network error/ });

test.beforeEach(async ({ server }) => {
  server.ada = await server.person("Ada");
});

test("twenty pasted lines stay in their order, offline, in another tab and after a reload", async ({ page, context, server }) => {
  const lines = Array.from({ length: 20 }, (_, n) => `line ${n + 1}`);
  await signIn(page, server.ada);
  const other = await context.newPage();
  await other.goto("/tasks");
  await awake(other);
  await context.setOffline(true);
  await paste(page, lines.join("\n"));
  await page.getByRole("button", { name: "Add 20 tasks" }).click();
  await expect.poll(() => titlesOf(page)).toEqual(lines);
  await context.setOffline(false);
  await expect(page.locator(".row.unsaved")).toHaveCount(0, { timeout: 40_000 });
  await expect.poll(() => titlesOf(other), { timeout: 40_000 }).toEqual(lines);
  await page.reload();
  expect(await titlesOf(page)).toEqual(lines);
});

for (const [timezoneId, at] of [
  ["America/Los_Angeles", "2026-11-25T07:30:00Z"],
  ["Pacific/Auckland", "2026-11-25T10:30:00Z"],
]) {
  test.describe(`in ${timezoneId}`, () => {
    test.use({ timezoneId });

    test("what is due today is overdue once it is midnight, on a page that stays open", async ({ page, server }) => {
      await holdClock(page, new Date(at));
      const [month, day, year] = new Date(at)
        .toLocaleDateString("en-US", { timeZone: timezoneId, year: "numeric", month: "2-digit", day: "2-digit" })
        .split("/");
      await server.addTask(server.ada, { title: "Pay the rent", due_date: `${year}-${month}-${day}` });
      await signIn(page, server.ada);
      await expect(row(page, "Pay the rent").locator("time")).toHaveText("Today");
      await page.clock.runFor(3_600_000);
      await expect(row(page, "Pay the rent").locator("time")).toHaveText("Overdue: Yesterday");
    });
  });
}

test.describe("an edit is no conflict", () => {
  test("of a task whose description has Windows line ends", async ({ page, server }) => {
    await server.addTask(server.ada, { title: "Letter", description: "one\r\ntwo" });
    await signIn(page, server.ada);
    await page.getByRole("button", { name: "Edit: Letter" }).click();
    await page.getByRole("textbox", { name: "Title" }).fill("The letter");
    await page.getByRole("button", { name: "Save" }).click();
    await expect.poll(async () => (await server.tasks(server.ada))[0].title).toBe("The letter");
    expect((await server.tasks(server.ada))[0].description).toBe("one\r\ntwo");
    await expect(page.locator(".editor")).toHaveCount(0);
  });

  test("where other fields changed elsewhere: both are kept", async ({ page, server }) => {
    const { id } = await server.addTask(server.ada, { title: "Letter" });
    await signIn(page, server.ada);
    await page.getByRole("button", { name: "Edit: Letter" }).click();
    await page.getByRole("textbox", { name: "Title" }).fill("The letter");
    await change(server, id, { completed: true, priority: "high", tags: ["post"] });
    await page.getByRole("button", { name: "Save" }).click();
    await expect.poll(async () => (await server.tasks(server.ada))[0].title).toBe("The letter");
    const [{ completed, priority, tags }] = await server.tasks(server.ada);
    expect([completed, priority, tags]).toEqual([true, "high", ["post"]]);
    await expect(page.locator(".editor")).toHaveCount(0);
  });
});

test("a conflict shows the field that was changed on both sides, and no other", async ({ page, server }) => {
  const { id } = await server.addTask(server.ada, { title: "Letter", description: "Old" });
  await signIn(page, server.ada);
  await page.getByRole("button", { name: "Edit: Letter" }).click();
  await page.getByRole("textbox", { name: "Title" }).fill("Mine");
  await change(server, id, { title: "Theirs", description: "New" });
  await page.getByRole("button", { name: "Save" }).click();
  const alert = page.locator(".conflict");
  await expect(alert.locator("dd")).toHaveText(["Theirs"]);
  await expect(page.getByRole("textbox", { name: "Title" })).toHaveValue("Mine");
  await expect(page.getByRole("textbox", { name: "Description" })).toHaveValue("New");
});

test("two tabs that were offline send what each has, once", async ({ page, context, server }) => {
  await signIn(page, server.ada);
  const other = await context.newPage();
  await other.goto("/tasks");
  await awake(other);
  const sent = [];
  context.on("request", (request) => request.method() === "POST" && request.url().endsWith("/tasks") && sent.push(request.postDataJSON().title));
  await context.setOffline(true);
  for (const [tab, title] of [
    [page, "From the first"],
    [other, "From the second"],
  ]) {
    await tab.getByLabel("New task").fill(title);
    await tab.keyboard.press("Enter");
    await expect(row(tab, title)).toBeVisible();
  }
  sent.length = 0;
  await context.setOffline(false);
  await expect
    .poll(async () => (await server.tasks(server.ada)).map(({ title }) => title).sort(), { timeout: 40_000 })
    .toEqual(["From the first", "From the second"]);
  for (const tab of [page, other]) await expect(tab.getByRole("listitem")).toHaveCount(2);
  expect(sent.sort()).toEqual(["From the first", "From the second"]);
});

test("what is searched and chosen before the page is hydrated counts", async ({ page, server }) => {
  for (const title of ["Buy milk", "Buy bread"]) await server.addTask(server.ada, { title, priority: title === "Buy milk" ? "high" : "low" });
  await signIn(page, server.ada);
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route("**/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("/tasks");
  await (await openSearch(page)).fill("milk");
  release();
  await expect.poll(() => titlesOf(page)).toEqual(["Buy milk"]);
  await expect(page).toHaveURL(/q=milk/);
});

test("a search offline shows what is known, and the rest once the server is there again", async ({ page, server }) => {
  for (const title of ["Buy milk", "Read"]) await server.addTask(server.ada, { title });
  await signIn(page, server.ada);
  await server.stop("SIGKILL");
  await (await openSearch(page)).fill("milk");
  await expect.poll(() => titlesOf(page)).toEqual(["Buy milk"]);
  await (await openSearch(page)).fill("");
  await expect.poll(() => titlesOf(page)).toEqual(["Read", "Buy milk"]);
  await (await openSearch(page)).fill("bread");
  await expect(page.getByText("Nothing matches")).toBeVisible();
  await server.restart();
  await server.addTask(server.ada, { title: "Buy bread" });
  await expect.poll(() => titlesOf(page), { timeout: 40_000 }).toEqual(["Buy bread"]);
});

test("a task that is added into another view says where it is", async ({ page, server }) => {
  await signIn(page, server.ada, "/tasks?due=by_today");
  await page.getByLabel("New task").fill("Not yet tomorrow");
  await page.keyboard.press("Enter");
  await expect(page.locator("#toast")).toContainText("Not yet is in “Upcoming”");
  await page.getByRole("link", { name: "Show Upcoming" }).click();
  await expect(row(page, "Not yet")).toBeVisible();
});

test("a task that falls out of the view says where it is, and its place follows its date", async ({ page, server }) => {
  for (const [title, days] of [
    ["first", 1],
    ["second", 2],
    ["third", 3],
  ])
    await server.addTask(server.ada, { title, due_date: inDays(days) });
  await signIn(page, server.ada, "/tasks?due=upcoming&sort=due_date");
  await page.getByRole("button", { name: "Edit: first" }).click();
  await page.locator(".editor").getByLabel("Due").fill(inDays(5));
  await page.getByRole("button", { name: "Save" }).click();
  await expect.poll(() => titlesOf(page)).toEqual(["second", "third", "first"]);
  await page.getByRole("button", { name: "Edit: second" }).click();
  await page.locator(".editor").getByLabel("Due").fill(inDays(0));
  await page.getByRole("button", { name: "Save" }).click();
  await expect.poll(() => titlesOf(page)).toEqual(["third", "first"]);
  await expect(page.locator("#toast")).toContainText("second is in “Today”");
});

test("a word that was taken for a date is let go by Backspace", async ({ page, server }) => {
  await signIn(page, server.ada);
  await page.getByLabel("New task").fill("Photo of the sun");
  await expect(page.locator("#chips .chip")).toHaveCount(1);
  await page.keyboard.press("Backspace");
  await expect(page.locator("#chips .chip")).toHaveCount(0);
  await page.keyboard.press("Enter");
  await expect(row(page, "Photo of the sun")).toBeVisible();
  await expect.poll(async () => (await server.tasks(server.ada))[0]?.due_date).toBe(null);
});

test("a tag is written with or without its hash, in the editor and in the search", async ({ page, server }) => {
  await server.addTask(server.ada, { title: "Report", tags: ["work"] });
  await server.addTask(server.ada, { title: "Garden" });
  await signIn(page, server.ada);
  await (await openSearch(page)).fill("#work");
  await expect.poll(() => titlesOf(page)).toEqual(["Report"]);
  await page.getByRole("button", { name: "Edit: Report" }).click();
  await page.locator(".editor").getByLabel("Tags").fill("#work, #c");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(row(page, "Report").locator(".tag")).toHaveText(["#work", "#c"]);
});

test("an edit that Escape gave up can be brought back", async ({ page, server }) => {
  await server.addTask(server.ada, { title: "Letter" });
  await signIn(page, server.ada);
  await page.getByRole("button", { name: "Edit: Letter" }).click();
  await page.getByRole("textbox", { name: "Description" }).fill("A long text");
  await page.keyboard.press("Escape");
  await expect(page.locator(".editor")).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("textbox", { name: "Description" })).toHaveValue("A long text");
});

test("what was pasted can be let go", async ({ page, server }) => {
  await signIn(page, server.ada);
  await paste(page, "one\ntwo");
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect(page.getByText("These are 2 lines.")).toBeHidden();
  await expect(page.getByLabel("New task")).toBeFocused();
  await page.reload();
  await awake(page);
  await expect(page.getByText("These are 2 lines.")).toBeHidden();
});

test("Space after the question mark closes the help, and the keys stay on", async ({ page, server }) => {
  await server.addTask(server.ada, { title: "Letter" });
  await signIn(page, server.ada);
  await page.getByRole("heading", { name: "To do" }).click();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await page.keyboard.press("Space");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("?");
  await expect(page.getByLabel("Use these keys")).toBeChecked();
});

test("the number of changes that wait is that of the changes that wait", async ({ page, server }) => {
  await signIn(page, server.ada);
  await server.stop("SIGKILL");
  for (const [title, said] of [
    ["one", "1 change is"],
    ["two", "2 changes are"],
    ["three", "3 changes are"],
  ]) {
    await page.getByLabel("New task").fill(title);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("alert").filter({ hasText: said })).toBeVisible();
  }
});

test("twenty steps can be undone, also creates, edits and moves", async ({ page, server }) => {
  await server.addTask(server.ada, { title: "Letter" });
  await server.addTask(server.ada, { title: "Parcel" });
  await signIn(page, server.ada, "/tasks?status=all");
  await page.getByLabel("New task").fill("New");
  await page.keyboard.press("Enter");
  await page.getByRole("checkbox", { name: "Completed: Letter" }).check();
  await page.keyboard.press("Alt+ArrowUp");
  await expect.poll(() => titlesOf(page)).toEqual(["New", "Letter", "Parcel"]);
  await page.getByRole("button", { name: "Edit: Parcel" }).click();
  await page.getByRole("textbox", { name: "Title" }).fill("Packet");
  await page.getByRole("button", { name: "Save" }).click();
  await expect
    .poll(async () => (await server.tasks(server.ada)).map(({ title, completed }) => `${title} ${completed}`).sort())
    .toEqual(["Letter true", "New false", "Packet false"]);
  await page.getByRole("heading", { name: "All tasks" }).click();
  for (const titles of [
    ["New", "Letter", "Parcel"],
    ["New", "Parcel", "Letter"],
    ["New", "Parcel", "Letter"],
    ["Parcel", "Letter"],
  ]) {
    await page.keyboard.press("Control+z");
    await expect.poll(() => titlesOf(page)).toEqual(titles);
  }
  await expect
    .poll(async () => (await server.tasks(server.ada)).map(({ title, completed }) => `${title} ${completed}`).sort())
    .toEqual(["Letter false", "Parcel false"]);
});

test("what is typed in two tabs is that of each, and a closed one leaves it to the next", async ({ page, context, server }) => {
  await signIn(page, server.ada);
  const other = await context.newPage();
  await other.goto("/tasks");
  await awake(other);
  await page.getByLabel("New task").fill("In the first");
  await other.getByLabel("New task").fill("In the second");
  for (const [tab, text] of [
    [page, "In the first"],
    [other, "In the second"],
  ]) {
    await tab.reload();
    await expect(tab.getByLabel("New task")).toHaveValue(text);
  }
  await other.close();
  const next = await context.newPage();
  await next.goto("/tasks");
  await expect(next.getByLabel("New task")).toHaveValue("In the second");
  await expect(page.getByLabel("New task")).toHaveValue("In the first");
});

test("a reload keeps the place in the list", async ({ page, server }) => {
  for (let n = 0; n < 60; n += 1) await server.addTask(server.ada, { title: `task ${n}` });
  await signIn(page, server.ada);
  await page.evaluate(() => scrollTo(0, 1500));
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(1200);
  await page.reload();
  await awake(page);
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(1200);
});

test("in print without colours, what is done has a tick", async ({ page, server }) => {
  await server.addTask(server.ada, { title: "done", completed: true });
  await signIn(page, server.ada, "/tasks?status=all");
  await page.emulateMedia({ media: "print", colorScheme: "light" });
  const box = page.locator(".row .box");
  await expect(box).toHaveCSS("background-color", "rgba(0, 0, 0, 0)");
  await expect(box).toHaveCSS("color", "rgb(0, 0, 0)");
});

test("a title that turns the direction of the text turns its own alone", async ({ page, server }) => {
  await server.addTask(server.ada, { title: "Invoice \u202etxt.exe" });
  await signIn(page, server.ada);
  await expect(page.locator(".row .title")).toHaveCSS("unicode-bidi", "plaintext");
  await page.getByRole("button", { name: "Delete: Invoice txt.exe" }).click();
  await expect(page.locator("#toast span")).toHaveText("Deleted: Invoice txt.exe");
});

test("a title that is written from right to left is isolated in what is said about it", async ({ page, server }) => {
  await server.addTask(server.ada, { title: "\u05d7\u05dc\u05d1 3" });
  await signIn(page, server.ada);
  await expect(page.locator(".row .title")).toHaveAttribute("dir", "auto");
  await page.getByRole("button", { name: "Delete: \u2068\u05d7\u05dc\u05d1 3\u2069" }).click();
  await expect(page.locator("#toast span")).toHaveText("Deleted: \u2068\u05d7\u05dc\u05d1 3\u2069");
});

test("a tab or a line break that is pasted into a title is a space", async ({ page, server }) => {
  await signIn(page, server.ada);
  await page.getByLabel("New task").fill("Milk\tand bread");
  await page.getByLabel("New task").press("Enter");
  const title = page.locator(".row .title");
  await expect(title).toHaveText("Milk and bread");
  await page.getByRole("button", { name: "Edit: Milk and bread" }).click();
  const field = page.getByRole("textbox", { name: "Title" });
  await field.fill("Milk\tand\u2028butter");
  await field.press("Enter");
  await expect(title).toHaveText("Milk and butter");
  await expect.poll(async () => (await server.tasks(server.ada)).map((task) => task.title)).toEqual(["Milk and butter"]);
});
