// What people expect of a list: what is to do first, days with their names, small changes without opening a task.
import { awake, expect, holdClock, openSearch, row, signIn, test } from "./support.js";
import { inDays } from "./states.js";

const titlesOf = (page) => page.locator("#list .row .title").allTextContents();
const box = (page, title) => page.getByRole("checkbox", { name: `Completed: ${title}` });
const part = (page, name) => page.getByRole("list", { name });
const kept = async (server, title) => (await server.tasks(server.ada)).find((task) => task.title === title);

test.beforeEach(async ({ server }) => {
  server.ada = await server.person("Ada");
});

test.describe("what is to do", () => {
  test("is what the list opens with, and what is done is folded below it", async ({ page, server }) => {
    await server.addTask(server.ada, { title: "Old letter", completed: true });
    await server.addTask(server.ada, { title: "New letter" });
    await signIn(page, server.ada);
    expect(await titlesOf(page)).toEqual(["New letter"]);
    await expect(page.getByText("Old letter")).toBeHidden();
    await page.getByText("Completed 1").last().click();
    await expect(row(page, "Old letter")).toBeVisible();
    await box(page, "Old letter").uncheck();
    await expect.poll(() => titlesOf(page)).toEqual(["New letter", "Old letter"]);
  });

  test("keeps a task that was ticked for a moment, and then lets it go to what is done", async ({ page, server }) => {
    for (const title of ["Letter", "Parcel"]) await server.addTask(server.ada, { title });
    await holdClock(page, new Date());
    await signIn(page, server.ada);
    // From here on time passes only as the test says.
    await page.clock.pauseAt(Date.now() + 5_000);
    await box(page, "Letter").check();
    await expect(page.getByText("Completed: Letter").first()).toBeVisible();
    await page.clock.runFor(1_500);
    await expect(box(page, "Letter")).toBeChecked();
    await page.clock.runFor(1_000);
    await expect(row(page, "Letter")).toHaveCount(0);
    await page.getByText("Completed 1").last().click();
    await expect(row(page, "Letter")).toBeVisible();
  });

  test("takes a tick back while the task is still there, and afterwards by Undo", async ({ page, server }) => {
    for (const title of ["Letter", "Parcel"]) await server.addTask(server.ada, { title });
    await holdClock(page, new Date());
    await signIn(page, server.ada);
    // From here on time passes only as the test says.
    await page.clock.pauseAt(Date.now() + 5_000);
    await box(page, "Letter").check();
    await box(page, "Letter").uncheck();
    await page.clock.runFor(3_000);
    expect(await titlesOf(page)).toEqual(["Parcel", "Letter"]);
    await box(page, "Parcel").check();
    await page.clock.runFor(3_000);
    expect(await titlesOf(page)).toEqual(["Letter"]);
    await expect(page.locator("#count")).toHaveText("1 of 2 to do");
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => titlesOf(page)).toEqual(["Parcel", "Letter"]);
    await expect(page.locator("#count")).toHaveText("2 of 2 to do");
  });
});

test.describe("days", () => {
  test("today begins with what is overdue, which moves to today at once and back by one undo", async ({ page, server }) => {
    for (const [title, days] of [
      ["Rent", -3],
      ["Tax", -1],
      ["Milk", 0],
    ])
      await server.addTask(server.ada, { title, due_date: inDays(days) });
    await signIn(page, server.ada, "/tasks?due=by_today");
    await expect(part(page, "Overdue").getByRole("listitem")).toHaveCount(2);
    await expect(part(page, /^Today/).getByRole("listitem")).toHaveCount(1);
    await page.getByRole("button", { name: "Move all to today" }).click();
    await expect(part(page, "Overdue")).toHaveCount(0);
    await expect.poll(async () => (await server.tasks(server.ada)).map((task) => task.due_date)).toEqual([inDays(0), inDays(0), inDays(0)]);
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(part(page, "Overdue").getByRole("listitem")).toHaveCount(2);
    await expect.poll(async () => (await kept(server, "Rent")).due_date).toBe(inDays(-3));
  });

  test("what is due later stands under its day, and the next seven days are there also when they are empty", async ({ page, server }) => {
    for (const [title, days] of [
      ["Dentist", 1],
      ["Party", 40],
    ])
      await server.addTask(server.ada, { title, due_date: inDays(days) });
    await signIn(page, server.ada, "/tasks?due=upcoming&sort=due_date");
    await expect(page.locator("#list").getByRole("heading", { level: 2 })).toHaveCount(8);
    await expect(part(page, /^Tomorrow/).getByRole("listitem")).toHaveCount(1);
    await page.reload();
    await awake(page);
    await expect(page.locator("#list").getByRole("heading", { level: 2 })).toHaveCount(8);
  });

  test("a task that is dragged to a day is due then", async ({ page, server }) => {
    await server.addTask(server.ada, { title: "Dentist", due_date: inDays(1) });
    await signIn(page, server.ada, "/tasks?due=upcoming&sort=due_date");
    await row(page, "Dentist").hover();
    const grip = await row(page, "Dentist").locator(".grip").boundingBox();
    const days = page.locator("#list").getByRole("heading", { level: 2 });
    const name = await days.nth(3).textContent();
    const day = await days.nth(3).boundingBox();
    await page.mouse.move(grip.x + 8, grip.y + 20);
    await page.mouse.down();
    await page.mouse.move(day.x + 80, day.y + 10, { steps: 8 });
    // The day that is passed grows by the row: the pointer goes on to the one that is meant.
    const target = await days.nth(3).boundingBox();
    await page.mouse.move(target.x + 80, target.y + 10, { steps: 3 });
    await page.mouse.up();
    await expect(part(page, name).getByRole("listitem")).toHaveCount(1);
    await expect.poll(async () => (await kept(server, "Dentist")).due_date).toBe(inDays(4));
  });

  test("what is done stands under the day when it was done", async ({ page, server }) => {
    await server.addTask(server.ada, { title: "Letter", completed: true });
    await signIn(page, server.ada, "/tasks?status=completed&sort=updated_at");
    await expect(part(page, /^Today/).getByRole("listitem")).toHaveCount(1);
  });
});

test.describe("without opening a task", () => {
  test("a click on its date changes the date", async ({ page, server }) => {
    await server.addTask(server.ada, { title: "Dentist", due_date: inDays(0) });
    await signIn(page, server.ada);
    await page.getByRole("button", { name: "Today, date of Dentist" }).click();
    const popover = page.getByRole("dialog", { name: "Date" });
    await popover.getByRole("button", { name: /^Tomorrow .../ }).click();
    await expect(popover).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Tomorrow, date of Dentist" })).toBeFocused();
    await expect.poll(async () => (await kept(server, "Dentist")).due_date).toBe(inDays(1));
    await expect(page.locator(".editor")).toHaveCount(0);
  });

  test("a date is typed in words, or found in a month by the arrow keys", async ({ page, server }) => {
    await server.addTask(server.ada, { title: "Dentist" });
    await signIn(page, server.ada);
    await page.getByRole("button", { name: "Set a date: Dentist" }).click();
    await page.getByLabel("Type a date").fill("in 3 days");
    await page.keyboard.press("Enter");
    await expect.poll(async () => (await kept(server, "Dentist")).due_date).toBe(inDays(3));
    await page.keyboard.press("Escape");
    await box(page, "Dentist").focus();
    await page.keyboard.press("d");
    await page.getByRole("grid").locator('[tabindex="0"]').focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await expect.poll(async () => (await kept(server, "Dentist")).due_date).toBe(inDays(11));
  });

  test("a click on its priority or a tag changes them", async ({ page, server }) => {
    await server.addTask(server.ada, { title: "Report", priority: "low", tags: ["work"] });
    await signIn(page, server.ada);
    await page.getByRole("button", { name: "Low priority: Report" }).click();
    await page.getByRole("dialog", { name: "Priority" }).getByRole("button", { name: "High" }).click();
    await expect.poll(async () => (await kept(server, "Report")).priority).toBe("high");
    await page.getByRole("link", { name: "#work" }).click();
    const tags = page.getByRole("dialog", { name: "Tags" });
    await tags.getByLabel("Add a tag").fill("paper");
    await page.keyboard.press("Enter");
    await tags.getByRole("button", { name: "Remove #work" }).click();
    await page.keyboard.press("Escape");
    await expect(tags).toHaveCount(0);
    await expect.poll(async () => (await kept(server, "Report")).tags).toEqual(["paper"]);
  });

  test("a popover closes by Escape and by a click beside it, and nothing changes", async ({ page, server }) => {
    await server.addTask(server.ada, { title: "Dentist", due_date: inDays(0) });
    await signIn(page, server.ada);
    const date = page.getByRole("button", { name: "Today, date of Dentist" });
    const popover = page.getByRole("dialog", { name: "Date" });
    await date.click();
    await page.keyboard.press("Escape");
    await expect(popover).toHaveCount(0);
    await expect(date).toBeFocused();
    await date.click();
    await expect(popover).toBeVisible();
    await page.mouse.click(20, 700);
    await expect(popover).toHaveCount(0);
    expect((await kept(server, "Dentist")).due_date).toBe(inDays(0));
  });

  test("several that are selected get one date", async ({ page, server }) => {
    for (const title of ["one", "two", "three"]) await server.addTask(server.ada, { title });
    await signIn(page, server.ada);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+a");
    await page.getByRole("toolbar").getByRole("button", { name: "Date" }).click();
    await page
      .getByRole("dialog", { name: "Date" })
      .getByRole("button", { name: /^Tomorrow .../ })
      .click();
    await expect.poll(async () => (await server.tasks(server.ada)).map((task) => task.due_date)).toEqual([inDays(1), inDays(1), inDays(1)]);
  });
});

test("a click on the words of a task opens it, but not one that selects text in them", async ({ page, server }) => {
  await server.addTask(server.ada, { title: "A letter to my aunt" });
  await signIn(page, server.ada);
  const words = await row(page, "A letter").locator(".title").boundingBox();
  await page.mouse.move(words.x + 2, words.y + 10);
  await page.mouse.down();
  await page.mouse.move(words.x + 60, words.y + 10, { steps: 4 });
  await page.mouse.up();
  expect(await page.evaluate(() => getSelection().toString())).not.toBe("");
  await expect(page.locator(".editor")).toHaveCount(0);
  await page.keyboard.press("Escape");
  await page.evaluate(() => getSelection().empty());
  await row(page, "A letter").locator(".title").click();
  await expect(page.getByRole("textbox", { name: "Title" })).toBeFocused();
});

test("what narrows the list is shown, and taken away one by one or all at once", async ({ page, server }) => {
  await server.addTask(server.ada, { title: "Report", priority: "high", tags: ["work"] });
  await server.addTask(server.ada, { title: "Garden" });
  await signIn(page, server.ada, "/tasks?priority=high&tag=work");
  await expect(page.getByRole("link", { name: "remove this filter" })).toHaveCount(2);
  await page.getByRole("link", { name: "#work: remove this filter" }).click();
  await expect(page).toHaveURL(/\/tasks\?priority=high$/);
  await (await openSearch(page)).fill("rep");
  await expect(page.getByRole("link", { name: "“rep”: remove this filter" })).toBeVisible();
  await page.getByRole("link", { name: "Clear", exact: true }).click();
  await expect.poll(() => titlesOf(page)).toEqual(["Garden", "Report"]);
  await expect(page).toHaveURL(/\/tasks$/);
  await expect(page.getByLabel("Search")).toHaveValue("");
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("the views are under the thumb, and the others one tap away", async ({ page, server }) => {
    await server.addTask(server.ada, { title: "Milk", due_date: inDays(0) });
    await signIn(page, server.ada);
    const bar = page.getByRole("navigation", { name: "Main" });
    await bar.getByRole("button", { name: "Browse" }).tap();
    await page.getByRole("link", { name: "Completed" }).tap();
    await expect(page.getByRole("heading", { name: "Completed", level: 1 })).toBeVisible();
    await bar.getByRole("link", { name: "Today" }).tap();
    await expect(row(page, "Milk")).toBeVisible();
    await awake(page);
    await bar.getByRole("button", { name: "Search" }).tap();
    await expect(page.getByLabel("Search")).toBeFocused();
    await page.getByRole("link", { name: "Add a task" }).tap();
    await expect(page.getByLabel("New task")).toBeFocused();
  });

  test("a date is set in a sheet at the bottom", async ({ page, server }) => {
    await server.addTask(server.ada, { title: "Milk", due_date: inDays(0) });
    await signIn(page, server.ada);
    await page.getByRole("button", { name: "Today, date of Milk" }).tap();
    const sheet = await page.getByRole("dialog", { name: "Date" }).boundingBox();
    expect([sheet.x, sheet.width, Math.round(sheet.y + sheet.height)]).toEqual([0, 390, 844]);
    await page.getByRole("button", { name: "No date" }).tap();
    await expect.poll(async () => (await kept(server, "Milk")).due_date).toBe(null);
  });
});

test.describe("without a script", () => {
  test.use({ javaScriptEnabled: false });

  test("what is done is one link away", async ({ page, server }) => {
    await server.addTask(server.ada, { title: "Old letter", completed: true });
    await page.goto("/signin");
    await page.getByLabel("E-mail").fill(server.ada.email);
    await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Completed 1").last().click();
    await page.getByRole("link", { name: "Show all completed" }).click();
    await expect(row(page, "Old letter")).toBeVisible();
  });
});
