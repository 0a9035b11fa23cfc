// Keeping tasks: what is shown, what is saved, and what happens when it cannot be.
import { awake, expect, row, signIn, test } from "./support.js";

test.beforeEach(async ({ page, server }) => {
  server.ada = await server.person("Ada");
  await server.addTask(server.ada, { title: "Renew the passport", description: "Photos, 60 euros" });
  await signIn(page, server.ada);
});

test("a_12 adding shows the task at once and saves it", async ({ page, server }) => {
  await page.getByLabel("New task").fill("  Book the train 🚂  ");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("listitem").first()).toContainText("Book the train 🚂");
  await expect(page.getByLabel("New task")).toHaveValue("");
  await expect(page.getByLabel("New task")).toBeFocused();
  await expect(page.getByText("2 of 2 to do")).toBeVisible();
  await expect(page.getByRole("status")).toHaveText("Added: Book the train 🚂");
  expect((await server.tasks(server.ada)).map((task) => task.title)).toEqual(["Book the train 🚂", "Renew the passport"]);
  await page.reload();
  await expect(page.getByRole("listitem").first()).toContainText("Book the train 🚂");
});

test("an empty or too long title is told beside the field and sent to nobody", async ({ page, server }) => {
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: "Give the task a title" })).toBeVisible();
  await page.getByLabel("New task").fill("x".repeat(501));
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("New task")).toHaveAccessibleDescription(/at most 500 characters/);
  await expect(page.getByLabel("New task")).toHaveValue("x".repeat(501));
  expect(await server.tasks(server.ada)).toHaveLength(1);
});

test("a_14 title and description are edited in place", async ({ page, server }) => {
  await page.getByRole("button", { name: "Edit: Renew the passport" }).click();
  const title = page.getByRole("textbox", { name: "Title" });
  await expect(title).toBeFocused();
  await expect(page.getByRole("textbox", { name: "Description" })).toHaveValue("Photos, 60 euros");
  await title.fill("Renew both passports");
  await page.getByRole("textbox", { name: "Description" }).fill("Four photos\n120 euros");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(row(page, "Renew both passports")).toContainText("120 euros");
  await expect(page.getByRole("button", { name: "Edit: Renew both passports" })).toBeFocused();
  await expect(page.getByRole("status")).toHaveText("Saved");
  const [task] = await server.tasks(server.ada);
  expect([task.title, task.description]).toEqual(["Renew both passports", "Four photos\n120 euros"]);

  await page.getByRole("button", { name: "Edit: Renew both passports" }).click();
  await page.getByRole("textbox", { name: "Description" }).fill("");
  await page.keyboard.press("Control+Enter");
  await expect(row(page, "Renew both passports")).not.toContainText("euros");
  await expect.poll(async () => (await server.tasks(server.ada))[0].description).toBe(null);

  await page.getByRole("button", { name: "Edit: Renew both passports" }).click();
  await title.fill("");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: "Give the task a title" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Edit: Renew both passports" })).toBeFocused();
});

test("a_16 a_15 completing and deleting, with the count", async ({ page, server }) => {
  await page.goto("/tasks?status=all");
  await awake(page);
  const box = page.getByRole("checkbox", { name: "Completed: Renew the passport" });
  await box.check();
  await expect(page.locator("#count")).toHaveText("all done");
  await expect(page).toHaveTitle("Tasks · Holdfast");
  await expect.poll(async () => (await server.tasks(server.ada))[0].completed).toBe(true);
  await box.uncheck();
  await expect(page.getByText("1 of 1 to do")).toBeVisible();
  await expect.poll(async () => (await server.tasks(server.ada))[0].completed).toBe(false);
  await page.getByRole("button", { name: "Delete: Renew the passport" }).click();
  await expect(page.getByText("Nothing here yet")).toBeVisible();
  await expect(page.getByLabel("New task")).toBeFocused();
  await expect.poll(() => server.tasks(server.ada)).toEqual([]);
});

test("twenty quick clicks end where the last one points", async ({ page, server }) => {
  await page.goto("/tasks?status=all");
  await awake(page);
  const box = page.getByRole("checkbox", { name: "Completed: Renew the passport" });
  for (let click = 0; click < 21; click += 1) await box.click();
  await expect(box).toBeChecked();
  await expect.poll(async () => (await server.tasks(server.ada))[0].completed).toBe(true);
  await page.reload();
  await expect(box).toBeChecked();
});

test("the filters are links, and back and forward work", async ({ page, server }) => {
  await server.addTask(server.ada, { title: "Done", completed: true });
  await page.getByRole("link", { name: "Completed" }).click();
  await expect(page.getByRole("heading", { name: "Completed" })).toBeVisible();
  await expect(page.getByRole("listitem")).toHaveCount(1);
  await expect(page.getByRole("link", { name: "Completed" })).toHaveAttribute("aria-current", "page");
  await page.getByRole("link", { name: "To do" }).click();
  await expect(row(page, "Renew the passport")).toBeVisible();
  await expect(page.getByRole("listitem")).toHaveCount(1);
  await page.goBack();
  await expect(row(page, "Done")).toBeVisible();
  await page.goForward();
  await expect(row(page, "Renew the passport")).toBeVisible();
});

test("more tasks come by themselves to whoever scrolls", async ({ page, server }) => {
  for (let n = 0; n < 104; n += 1) await server.addTask(server.ada, { title: `Task ${n}` });
  await page.reload();
  await awake(page);
  await expect(page.getByRole("listitem")).toHaveCount(100);
  await page.mouse.wheel(0, 20_000);
  await expect(page.getByRole("listitem")).toHaveCount(105);
  await expect(page.getByRole("listitem").last()).toContainText("Renew the passport");
  await expect(page.getByRole("link", { name: "Show more" })).toHaveCount(0);
});

test("everything can be done with the keyboard alone", async ({ page, server }) => {
  await page.goto("/tasks?status=all");
  await awake(page);
  await page.keyboard.type("By keyboard");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("listitem")).toHaveCount(2);
  const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent);
  const tabTo = async (name) => {
    for (let tab = 0; tab < 30 && (await focused()) !== name; tab += 1) await page.keyboard.press("Tab");
    expect(await focused()).toBe(name);
  };
  await tabTo("Completed: By keyboard");
  await page.keyboard.press("Space");
  await expect(page.getByRole("checkbox", { name: "Completed: By keyboard" })).toBeChecked();
  await tabTo("Edit: By keyboard");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("All by keyboard");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Edit: All by keyboard" })).toBeFocused();
  await tabTo("Delete: All by keyboard");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("checkbox", { name: "Completed: Renew the passport" })).toBeFocused();
  await expect.poll(async () => (await server.tasks(server.ada)).map((task) => task.title)).toEqual(["Renew the passport"]);
  for (let tab = 0; tab < 30 && (await focused()) !== "Sign out"; tab += 1) await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/signin");
});

test("text of others is text, not markup", async ({ page, server }) => {
  await server.addTask(server.ada, { title: "<img src=x onerror=alert(1)>", description: "</script><script>alert(2)</script>" });
  page.on("dialog", () => expect(false).toBe(true));
  await page.reload();
  await awake(page);
  await expect(row(page, "<img src=x onerror=alert(1)>")).toContainText("</script><script>alert(2)</script>");
});

test.describe("with somebody else at the same tasks", () => {
  test.use({ expectedComplaint: /Failed to load resource.*(412|net::ERR_FAILED)/ });

  const change = async (server, body) => {
    const [{ id }] = await server.tasks(server.ada);
    const headers = { authorization: `Bearer ${server.ada.token}`, "content-type": "application/json" };
    const url = `${server.url}/api/${server.ada.user.id}/tasks/${id}`;
    expect((await fetch(url, { method: "PUT", headers, body: JSON.stringify(body) })).status).toBe(200);
  };
  const contested = async (page, server) => {
    await page.getByRole("button", { name: "Edit: Renew the passport" }).click();
    await page.getByRole("textbox", { name: "Title" }).fill("Renew both passports");
    await change(server, { title: "Renew the identity card", description: "It is cheaper" });
    await page.getByRole("button", { name: "Save" }).click();
    const alert = page.getByRole("alert").filter({ hasText: "Somebody changed this task meanwhile" });
    await expect(alert).toContainText("Renew the identity card");
    // Only the field that was changed on both sides: their description is in its field.
    await expect(alert).not.toContainText("It is cheaper");
    await expect(page.getByRole("textbox", { name: "Description" })).toHaveValue("It is cheaper");
    await expect(page.getByRole("textbox", { name: "Title" })).toHaveValue("Renew both passports");
  };

  test("an edit that would overwrite a newer one shows both, and one's own can win", async ({ page, server }) => {
    await contested(page, server);
    await page.getByRole("button", { name: "Save mine" }).click();
    await expect(row(page, "Renew both passports")).toBeVisible();
    await expect.poll(async () => (await server.tasks(server.ada))[0].title).toBe("Renew both passports");
  });

  test("an edit that would overwrite a newer one shows both, and theirs can stay", async ({ page, server }) => {
    await contested(page, server);
    await page.reload();
    await expect(page.getByRole("textbox", { name: "Title" })).toHaveValue("Renew both passports");
    await page.getByRole("textbox", { name: "Title" }).press("Escape");
    await expect(row(page, "Renew the identity card")).toContainText("It is cheaper");
    expect((await server.tasks(server.ada))[0].title).toBe("Renew the identity card");
  });

  test("one's own tick in the middle of an edit is no conflict", async ({ page, server }) => {
    const other = await page.context().newPage();
    await other.goto("/tasks?status=all");
    await awake(other);
    await page.goto("/tasks?status=all");
    await awake(page);
    await page.getByRole("checkbox", { name: "Completed: Renew the passport" }).check();
    await expect.poll(async () => (await server.tasks(server.ada))[0].completed).toBe(true);
    await page.getByRole("button", { name: "Edit: Renew the passport" }).click();
    await page.getByRole("textbox", { name: "Title" }).fill("Renew both passports");
    await page.getByRole("button", { name: "Save" }).click();
    await expect.poll(async () => (await server.tasks(server.ada))[0].title).toBe("Renew both passports");
  });
});
