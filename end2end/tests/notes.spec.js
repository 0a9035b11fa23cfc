// What a note shows of what was written.
import { expect, row, signIn, test } from "./support.js";

test("a link in a note opens elsewhere and does not open the task, and no script is a link", async ({ page, server }) => {
  const ada = await server.person("Ada");
  await server.addTask(ada, { title: "Read it", description: "See **this**: https://example.com/a, not [that](javascript:alert(1))" });
  await page.context().route("https://example.com/**", (route) => route.fulfill({ body: "there" }));
  await page.context().addCookies([{ name: "density", value: "comfortable", url: server.url }]);
  await signIn(page, ada);
  const note = row(page, "Read it").locator(".note");
  await expect(note.locator("strong")).toHaveText("this");
  await expect(note.getByRole("link")).toHaveCount(1);
  await expect(note).toContainText("[that](javascript:alert(1))");
  const opened = page.waitForEvent("popup");
  await note.getByRole("link", { name: "https://example.com/a" }).click();
  expect((await opened).url()).toBe("https://example.com/a");
  await expect(page.locator(".editor")).toHaveCount(0);
});
