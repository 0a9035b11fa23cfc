// What the list can do: quick entry, views, search, filters, many at once, undo, arranging.
import { awake, expect, holdClock, openSearch, row, signIn, test } from "./support.js";

const inDays = (days) => {
  const date = new Date(Date.now() + days * 86_400_000);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
};
const titlesOf = (page) => page.locator(".row .title").allTextContents();
const words = (page, title) => row(page, title).locator(".words");

test.beforeEach(async ({ server }) => {
  server.ada = await server.person("Ada");
});

// `three` is the newest, so that the list shows three, two, one.
const three = async (page, server, more = {}) => {
  for (const title of ["one", "two", "three"]) await server.addTask(server.ada, { title, ...more });
  await signIn(page, server.ada);
};

test.describe("the line for a new task", () => {
  test.beforeEach(async ({ page, server }) => signIn(page, server.ada));

  test("understands day, priority and tags at its end, and shows it before it is sent", async ({ page, server }) => {
    await page.getByLabel("New task").fill("Call the bank #money tomorrow !high");
    const chips = page.locator("#chips .chip");
    await expect(chips).toHaveText(["#money", "Tomorrow", "High"]);
    await page.keyboard.press("Enter");
    await expect(row(page, "Call the bank")).toContainText("HighTomorrow#money");
    await expect(chips).toHaveCount(0);
    await expect.poll(() => server.tasks(server.ada)).toHaveLength(1);
    const [task] = await server.tasks(server.ada);
    expect([task.title, task.due_date, task.priority, task.tags]).toEqual(["Call the bank", inDays(1), "high", ["money"]]);
  });

  test("a chip is made a word again by pressing it", async ({ page, server }) => {
    await page.getByLabel("New task").fill("Watch tomorrow !low");
    await page.getByRole("button", { name: "Tomorrow: keep it as a word" }).click();
    await expect(page.getByLabel("New task")).toHaveValue("Watch \\tomorrow !low");
    await expect(page.getByLabel("New task")).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(row(page, "Watch tomorrow")).toContainText("Low");
    await expect.poll(async () => (await server.tasks(server.ada))[0]?.due_date).toBe(null);
  });

  test("several lines that are pasted are several tasks, or one", async ({ page, server }) => {
    const paste = (text) =>
      page.getByLabel("New task").evaluate((input, text) => {
        const data = new DataTransfer();
        data.setData("text/plain", text);
        input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
      }, text);
    // The server gets them in the opposite order of that in which they are sent: the last one first.
    const held = [];
    await page.route("**/tasks", async (route) => {
      if (route.request().method() !== "POST") return route.fallback();
      held.push(route);
      if (held.length === 3) for (const create of held.reverse()) await create.fetch().then((response) => create.fulfill({ response }));
    });
    await paste("first\n\n  second fri \nthird\n");
    await expect(page.getByText("These are 3 lines.")).toBeVisible();
    await page.getByRole("button", { name: "Add 3 tasks" }).click();
    await expect.poll(async () => (await server.tasks(server.ada)).length).toBe(3);
    await expect.poll(() => titlesOf(page)).toEqual(["first", "second", "third"]);
    await page.unroute("**/tasks");
    await page.reload();
    await awake(page);
    await expect.poll(() => titlesOf(page)).toEqual(["first", "second", "third"]);
    await expect.poll(async () => (await server.tasks(server.ada)).filter((task) => task.due_date).map((task) => task.title)).toEqual(["second"]);
    await paste("one\ntwo");
    await page.getByRole("button", { name: "As one task" }).click();
    await expect(page.getByLabel("New task")).toHaveValue("one two");
  });
});

test("the views hold what they say, with counts", async ({ page, server }) => {
  await server.addTask(server.ada, { title: "some day" });
  await server.addTask(server.ada, { title: "late", due_date: inDays(-2) });
  await server.addTask(server.ada, { title: "now", due_date: inDays(0) });
  await server.addTask(server.ada, { title: "soon", due_date: inDays(3) });
  await server.addTask(server.ada, { title: "sooner", due_date: inDays(1) });
  await server.addTask(server.ada, { title: "done", due_date: inDays(0), completed: true });
  await signIn(page, server.ada);
  const views = page.getByRole("navigation", { name: "Which tasks" }).getByRole("link");
  await expect(views).toHaveText(["To do 5", "Today 2", "Upcoming 2", "Completed 1", "All 6", "Trash"]);
  for (const [name, titles] of [
    ["Today", ["late", "now"]],
    ["Upcoming", ["sooner", "soon"]],
    ["Completed", ["done"]],
    ["To do", ["sooner", "soon", "now", "late", "some day"]],
  ]) {
    await views.filter({ hasText: name }).click();
    await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
    await expect(views.filter({ hasText: name })).toHaveAttribute("aria-current", "page");
    expect(await titlesOf(page)).toEqual(titles);
  }
  await expect(row(page, "late")).toContainText("Overdue: ");
  await awake(page);
  await page.getByRole("checkbox", { name: "Completed: late" }).check();
  await expect(views).toHaveText(["To do 4", "Today 1", "Upcoming 2", "Completed 2", "All 6", "Trash"]);
});

test("a task that is added in a view belongs to it", async ({ page, server }) => {
  await signIn(page, server.ada, "/tasks?due=by_today");
  await page.getByLabel("New task").fill("Water the plants");
  await page.keyboard.press("Enter");
  await expect(row(page, "Water the plants")).toContainText("Today");
  await page.getByLabel("New task").fill("Not yet tomorrow");
  await page.keyboard.press("Enter");
  await expect.poll(() => server.tasks(server.ada)).toHaveLength(2);
  await expect(page.getByRole("listitem")).toHaveCount(1);
});

test("search finds as one types, and the address says what is shown", async ({ page, server }) => {
  await server.addTask(server.ada, { title: "Buy milk", description: "From the market" });
  await three(page, server);
  await (await openSearch(page)).fill("MARK");
  await expect.poll(() => titlesOf(page)).toEqual(["Buy milk"]);
  await expect(page).toHaveURL(/\/tasks\?q=MARK$/);
  await expect(page.getByRole("status").first()).toHaveText("1 task");
  await page.reload();
  await expect.poll(() => titlesOf(page)).toEqual(["Buy milk"]);
  await expect(page.getByLabel("Search")).toHaveValue("MARK");
  await (await openSearch(page)).fill("nothing like it");
  await expect(page.getByText("Nothing matches")).toBeVisible();
  await (await openSearch(page)).fill("");
  await expect.poll(() => titlesOf(page)).toEqual(["three", "two", "one", "Buy milk"]);
  await expect(page).toHaveURL(/\/tasks$/);
});

test("filters and order are in the address, and back undoes them", async ({ page, server }) => {
  await server.addTask(server.ada, { title: "b", priority: "high", tags: ["Home"], due_date: inDays(2) });
  await server.addTask(server.ada, { title: "a", priority: "high", tags: ["work"], due_date: inDays(1) });
  await server.addTask(server.ada, { title: "c", tags: ["home"] });
  await signIn(page, server.ada);
  await page.getByLabel("Filter and sort").click();
  await page.getByLabel("Priority").first().selectOption("High");
  await expect(page).toHaveURL(/priority=high/);
  await expect.poll(() => titlesOf(page)).toEqual(["a", "b"]);
  await page.getByLabel("Sort by").selectOption("Title");
  await expect(page).toHaveURL(/priority=high&sort=title/);
  await page.evaluate(() => history.back());
  await expect(page.getByLabel("Sort by")).toHaveValue("position");
  await expect(page).toHaveURL(/priority=high$/);
  await page.evaluate(() => history.back());
  await expect(page.getByLabel("Priority").first()).toHaveValue("");
  await expect.poll(() => titlesOf(page)).toEqual(["c", "a", "b"]);
  await page.getByRole("link", { name: "#home", exact: true }).click();
  await page.getByRole("dialog", { name: "Tags" }).getByRole("link", { name: "#home", exact: true }).click();
  await expect(page).toHaveURL(/tag=home/);
  expect(await titlesOf(page)).toEqual(["c", "b"]);
  await page.goto("/tasks?sort=due_date");
  expect(await titlesOf(page)).toEqual(["a", "b", "c"]);
});

test.describe("without a script", () => {
  test.use({ javaScriptEnabled: false });

  test("search, filters and the next page work too", async ({ page, server }) => {
    for (let n = 0; n < 102; n += 1) await server.addTask(server.ada, { title: `task ${n}`, priority: n === 7 ? "low" : "none" });
    await page.goto("/signin");
    await page.getByLabel("E-mail").fill(server.ada.email);
    await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("listitem")).toHaveCount(100);
    await page.getByRole("link", { name: "Show more" }).click();
    await expect(page.getByRole("listitem")).toHaveCount(2);
    await page.getByLabel("Filter and sort").click();
    await page.getByLabel("Priority").first().selectOption("Low");
    await page.getByRole("button", { name: "Apply" }).click();
    expect(await titlesOf(page)).toEqual(["task 7"]);
  });
});

test.describe("several at once", () => {
  const bulk = (page) => page.getByRole("toolbar", { name: "Selected tasks" });

  test.beforeEach(async ({ page, server }) => three(page, server));

  test("control and shift select, and one undo takes back a deletion of them all", async ({ page, server }) => {
    const before = await server.tasks(server.ada);
    await words(page, "three").click({ modifiers: ["Control"] });
    await expect(bulk(page)).toContainText("1 selected");
    await words(page, "one").click({ modifiers: ["Shift"] });
    await expect(bulk(page)).toContainText("3 selected");
    await words(page, "two").click({ modifiers: ["Control"] });
    await expect(bulk(page)).toContainText("2 selected");
    await bulk(page).getByRole("button", { name: "Delete" }).click();
    await expect.poll(() => titlesOf(page)).toEqual(["two"]);
    await expect.poll(() => server.tasks(server.ada)).toHaveLength(1);
    await expect(page.locator("#toast")).toContainText("2 tasks deleted");
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => titlesOf(page)).toEqual(["three", "two", "one"]);
    await expect.poll(() => server.tasks(server.ada)).toHaveLength(3);
    const same = ({ updated_at, ...task }) => task;
    expect((await server.tasks(server.ada)).map(same)).toEqual(before.map(same));
    await expect(page.locator("#toast")).toBeHidden();
  });

  test("control A selects every one, to complete, prioritise and tag", async ({ page, server }) => {
    await page.getByRole("heading", { name: "To do" }).click();
    await page.keyboard.press("Control+A");
    await expect(bulk(page)).toContainText("3 selected");
    await bulk(page).getByLabel("Priority").selectOption("Medium");
    await expect(page.locator(".row .priority").filter({ hasText: "Medium" })).toHaveCount(3);
    await bulk(page).getByLabel("Add a tag").fill("#week");
    await page.keyboard.press("Enter");
    await expect(page.locator(".row .tag")).toHaveText(["#week", "#week", "#week"]);
    await bulk(page).getByRole("button", { name: "Complete" }).click();
    const seen = async () => (await server.tasks(server.ada)).map((task) => [task.completed, task.priority, ...task.tags].join());
    await expect.poll(seen).toEqual(Array(3).fill("true,medium,week"));
    await expect(page.locator("#count")).toHaveText("all done");
    await page.getByRole("heading", { name: "To do" }).click();
    await page.keyboard.press("Control+Z");
    await expect.poll(seen).toEqual(Array(3).fill("false,medium,week"));
    await page.keyboard.press("Escape");
    await expect(bulk(page)).toBeHidden();
  });

  test("a task that is not loaded yet is selected too", async ({ page, server }) => {
    for (let n = 0; n < 120; n += 1) await server.addTask(server.ada, { title: `more ${n}` });
    await page.goto("/tasks");
    await awake(page);
    await page.getByRole("heading", { name: "To do" }).click();
    await page.keyboard.press("Control+A");
    await expect(bulk(page)).toContainText("123 selected");
  });
});

test("a deletion can be undone for ten seconds, longer while one looks at it", async ({ page, server }) => {
  await holdClock(page);
  await three(page, server);
  await page.getByRole("button", { name: "Delete: two" }).click();
  const toast = page.locator("#toast");
  await expect(toast).toContainText("Deleted: two");
  await page.clock.runFor(9_000);
  await expect(toast).toBeVisible();
  await toast.hover();
  await page.clock.runFor(20_000);
  await expect(toast).toBeVisible();
  await page.mouse.move(0, 0);
  await page.clock.runFor(10_100);
  await expect(toast).toBeHidden();
  expect(await titlesOf(page)).toEqual(["three", "one"]);
});

test.describe("arranging", () => {
  test.beforeEach(async ({ page, server }) => three(page, server));
  const inOrder = async (server) => (await server.tasks(server.ada)).sort((a, b) => (a.position < b.position ? -1 : 1)).map((task) => task.title);

  test("with the pointer, by the grip", async ({ page, server }) => {
    const grip = row(page, "one").locator(".grip");
    await row(page, "one").hover();
    await grip.hover();
    await page.mouse.down();
    const top = await row(page, "three").boundingBox();
    await page.mouse.move(top.x + 60, top.y + 40, { steps: 4 });
    await page.mouse.move(top.x + 60, top.y + 4, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => titlesOf(page)).toEqual(["one", "three", "two"]);
    await expect.poll(() => inOrder(server)).toEqual(["one", "three", "two"]);
    await page.reload();
    expect(await titlesOf(page)).toEqual(["one", "three", "two"]);
    await server.addTask(server.ada, { title: "four" });
    await page.reload();
    expect(await titlesOf(page)).toEqual(["four", "one", "three", "two"]);
  });

  test("with the keyboard, and the focus stays", async ({ page, server }) => {
    await page.getByRole("checkbox", { name: "Completed: two" }).focus();
    await page.keyboard.press("Alt+ArrowUp");
    await expect.poll(() => titlesOf(page)).toEqual(["two", "three", "one"]);
    await expect(page.getByRole("checkbox", { name: "Completed: two" })).toBeFocused();
    await expect(page.locator("#said")).toHaveText("Moved up");
    await page.keyboard.press("Alt+ArrowDown");
    await page.keyboard.press("Alt+ArrowDown");
    await expect.poll(() => inOrder(server)).toEqual(["three", "one", "two"]);
  });

  test("with buttons", async ({ page, server }) => {
    await page.getByRole("button", { name: "Edit: three" }).click();
    await page.getByRole("button", { name: "Move down" }).click();
    await expect.poll(() => inOrder(server)).toEqual(["two", "three", "one"]);
    await expect(page.getByRole("button", { name: "Move down" })).toBeFocused();
  });
});

test("day, priority and tags are edited in place", async ({ page, server }) => {
  await three(page, server, { due_date: "2027-01-31", priority: "low", tags: ["home"] });
  await page.getByRole("button", { name: "Edit: two" }).click();
  const editor = page.locator(".editor");
  await expect(editor.getByLabel("Due")).toHaveValue("2027-01-31");
  await editor.getByLabel("Due").fill("");
  await editor.getByLabel("Priority").selectOption("High");
  await editor.getByLabel("Tags").fill("garden, Home, ,garden");
  await editor.getByRole("button", { name: "Save" }).click();
  await expect(row(page, "two").locator(".meta")).toHaveText(/High.*#garden#Home/s);
  const changed = async () => (await server.tasks(server.ada)).find((task) => task.title === "two");
  await expect.poll(async () => (await changed()).priority).toBe("high");
  expect([(await changed()).due_date, (await changed()).tags]).toEqual([null, ["garden", "Home"]]);
  await page.getByRole("button", { name: "Edit: two" }).click();
  await editor.getByLabel("Tags").fill("x".repeat(51));
  await editor.getByRole("button", { name: "Save" }).click();
  await expect(editor.getByLabel("Tags")).toHaveAccessibleDescription(/at most 50 characters/);
});
