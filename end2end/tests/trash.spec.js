// The trash: found, put back and removed for good, with scripts and without.
import { expect, row, signIn, test } from "./support.js";

const titles = (page) => page.locator(".trashed .title");
const trashed = (page, title) => page.getByRole("listitem").filter({ hasText: title });

// In the trash: three, two, one. In the list: stays.
const deleted = async (server) => {
  const ada = await server.person("Ada");
  await server.addTask(ada, { title: "stays" });
  for (const title of ["one", "two", "three"]) await server.deleteTask(ada, await server.addTask(ada, { title }));
  return ada;
};

test("what is deleted in the list is found in the trash, and put back from there", async ({ page, server }) => {
  const ada = await server.person("Ada");
  await server.addTask(ada, { title: "Renew the passport", tags: ["papers"], due_date: "2027-01-31" });
  await signIn(page, ada);
  await page.getByRole("button", { name: "Delete: Renew the passport" }).click();
  await expect(row(page, "Renew the passport")).toHaveCount(0);
  await expect.poll(async () => (await server.tasks(ada)).length).toBe(0);
  await page.getByRole("link", { name: "Trash" }).click();
  await expect(page.getByRole("heading", { name: "Trash" })).toBeVisible();
  for (const words of ["#papers", "31 Jan 2027", "Deleted today, kept until "]) await expect(trashed(page, "Renew the passport")).toContainText(words);
  await page.getByRole("button", { name: "Put back: Renew the passport" }).click();
  await expect(page.getByRole("status")).toContainText("Put back: Renew the passport");
  await expect(page.getByText("The trash is empty.")).toBeVisible();
  await page.getByRole("link", { name: "Back to your tasks" }).click();
  await expect(row(page, "Renew the passport")).toBeVisible();
});

test("who watches the list sees what is put back in another tab", async ({ page, context, server }) => {
  const ada = await deleted(server);
  await signIn(page, ada);
  const other = await context.newPage();
  await other.goto("/trash");
  await other.getByRole("button", { name: "Put all back" }).click();
  await expect(other.getByRole("status")).toHaveText("Everything is back among your tasks.");
  for (const title of ["one", "two", "three"]) await expect(row(page, title)).toBeVisible();
});

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with scripts" : "without scripts", () => {
    test.use({ javaScriptEnabled });

    const open = async (page, server) => {
      const ada = await deleted(server);
      await page.goto("/signin?return_to=%2Ftrash");
      await page.getByLabel("E-mail").fill(ada.email);
      await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.waitForURL("**/trash");
      await expect(titles(page)).toHaveText(["three", "two", "one"]);
      return ada;
    };

    test("a task is removed for good after a question, and all of them", async ({ page, server }) => {
      const ada = await open(page, server);
      const yes = page.getByRole("button", { name: "Yes, delete it: two" });
      await expect(yes).toBeHidden();
      await trashed(page, "two").getByText("Delete for good").click();
      await expect(trashed(page, "two")).toContainText("This can’t be undone.");
      await yes.click();
      await expect(page.getByRole("status")).toHaveText("It is gone for good.");
      await expect(titles(page)).toHaveText(["three", "one"]);
      await page.getByText("Empty trash").click();
      await page.getByRole("button", { name: "Yes, empty it" }).click();
      await expect(page.getByText("The trash is empty.")).toBeVisible();
      expect((await server.tasks(ada)).map(({ title }) => title)).toEqual(["stays"]);
    });

    test("a task is put back by the keyboard alone", async ({ page, server }) => {
      const ada = await open(page, server);
      await page.getByRole("button", { name: "Put back: two" }).focus();
      await page.keyboard.press("Enter");
      await expect(page.getByRole("status")).toContainText("Put back: two");
      await expect(titles(page)).toHaveText(["three", "one"]);
      await page.getByRole("link", { name: "Open it" }).click();
      await expect(page.getByLabel("Title")).toHaveValue("two");
      expect((await server.tasks(ada)).map(({ title }) => title)).toEqual(["two", "stays"]);
    });
  });
}

test("the first task stands high up on a laptop, and a long trash has pages", async ({ page, server }) => {
  const ada = await server.person("Ada");
  for (let n = 0; n < 51; n += 1) await server.deleteTask(ada, await server.addTask(ada, { title: `task ${n};` }));
  await signIn(page, ada);
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto("/trash");
  await expect(titles(page)).toHaveCount(50);
  await page.getByRole("link", { name: "Older" }).click();
  await expect(titles(page)).toHaveText(["task 0;"]);
  await page.getByRole("button", { name: "Put back: task 0;" }).click();
  await expect(page.getByRole("status")).toContainText("Put back: task 0;");
  await expect(titles(page)).toHaveCount(50);
});
