// What happens to a page whose session ends, here or in another tab.
import { PASSWORD, awake, expect, row, signIn, test } from "./support.js";

test.describe("a session that ends in the middle of an edit", () => {
  test.use({ expectedComplaint: /Failed to load resource.*401/ });

  const signInAgain = async (page, ada) => {
    await page.getByRole("button", { name: "Sign in again" }).click();
    await expect(page.getByText("Your session has expired")).toBeVisible();
    await page.getByLabel("E-mail").fill(ada.email);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL("**/tasks?status=pending");
  };

  test("a_18 says so, keeps what was typed, and leads back to where it was", async ({ page, server }) => {
    const ada = await server.person("Ada");
    await server.addTask(ada, { title: "Renew the passport" });
    await signIn(page, ada, "/tasks?status=pending");
    await page.getByLabel("New task").fill("half a thou");
    await page.getByRole("button", { name: "Edit: Renew the passport" }).click();
    await page.getByRole("textbox", { name: "Title" }).fill("Renew both passports");
    await page.getByRole("textbox", { name: "Description" }).fill("typed for an hour");

    // The session of this browser is ended elsewhere.
    const cookie = (await page.context().cookies()).find(({ name }) => name === "holdfast_session");
    await fetch(`${server.url}/api/auth/sign-out`, { method: "POST", headers: { authorization: `Bearer ${cookie.value}` } });
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("alert").filter({ hasText: "Your session has expired" })).toContainText("What you typed is kept");
    // What the account holds is not on the screen of who comes next, nor is its token in the browser.
    await expect(page.locator(".row")).toHaveCount(0);
    expect(await page.evaluate(() => localStorage.getItem("holdfast.token"))).toBe(null);

    await signInAgain(page, ada);
    await expect(page.getByLabel("New task")).toHaveValue("half a thou");
    await expect(row(page, "Renew both passports")).toContainText("typed for an hour");
    await expect.poll(async () => (await server.tasks(ada))[0].description).toBe("typed for an hour");
    await page.reload();
    await expect(page.getByRole("textbox", { name: "Title" })).toHaveCount(0);
  });

  test.describe("by the clock", () => {
    test.use({ environment: { TOKEN_TTL: "3s" } });

    test("a_18 an expired token is told like that, and its task call changes nothing", async ({ page, server }) => {
      const ada = await server.person("Ada");
      await server.addTask(ada, { title: "Stays" });
      await signIn(page, ada, "/tasks?status=pending");
      await expect
        .poll(async () => {
          // It is gone once the session has expired, also between the look and the click.
          const box = page.getByRole("checkbox", { name: "Completed: Stays" });
          if ((await box.count()) > 0) await box.click({ timeout: 1_000 }).catch(() => {});
          return page.getByRole("alert").filter({ hasText: "Your session has expired" }).count();
        })
        .toBe(1);
      await signInAgain(page, ada);
    });
  });
});

test("a token that is missing or stale is replaced by the cookie's, without a word", async ({ page, server }) => {
  const ada = await server.person("Ada");
  await signIn(page, ada);
  await page.evaluate(() => localStorage.removeItem("holdfast.token"));
  await page.getByLabel("New task").fill("still works");
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await server.tasks(ada)).length).toBe(1);
  // It is kept once the answer is here, which is after the server has the task.
  await expect.poll(() => page.evaluate(() => localStorage.getItem("holdfast.token"))).toContain(ada.user.id);
});

test("signing out in one tab reaches the other", async ({ context, page, server }) => {
  const ada = await server.person("Ada");
  await signIn(page, ada);
  const other = await context.newPage();
  await other.goto("/tasks");
  await awake(other);
  await other.getByLabel("New task").fill("in the other tab");
  await other.keyboard.press("Enter");
  // The row is there before the server has it.
  await expect.poll(async () => (await server.tasks(ada)).length).toBe(1);
  await page.reload();
  await expect(row(page, "in the other tab")).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/signin");
  await expect(other.getByRole("alert").filter({ hasText: "You signed out in another tab" })).toBeVisible();
  await other.getByRole("button", { name: "Sign in again" }).click();
  await expect(other).toHaveURL(/\/signin/);
});

test.describe("with another account in the same browser", () => {
  test.use({ expectedComplaint: /status of 40[13]/ });

  test("a tab learns that somebody else has signed in in another one", async ({ context, page, server }) => {
    const [ada, bob] = [await server.person("Ada"), await server.person("Bob")];
    await signIn(page, ada);
    const other = await context.newPage();
    await other.goto("/tasks");
    await awake(other);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL("**/signin");
    await signIn(page, bob);
    await page.getByLabel("New task").fill("of Bob");
    await page.keyboard.press("Enter");
    await expect(other.getByRole("alert").filter({ hasText: "somebody else" })).toBeVisible();
    await other.getByRole("button", { name: "Reload" }).click();
    await expect(other.getByRole("banner")).toContainText("Bob");
  });
});

test("b_15 signing out on one device leaves the other signed in", async ({ browser, page, server }) => {
  const ada = await server.person("Ada");
  await signIn(page, ada);
  const phone = await browser.newContext({ baseURL: server.url });
  const there = await phone.newPage();
  await signIn(there, ada);
  await there.getByRole("button", { name: "Sign out" }).click();
  await there.waitForURL("**/signin");
  await page.getByLabel("New task").fill("still here");
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await server.tasks(ada)).length).toBe(1);
  await phone.close();
});

test.describe("signing out while the server is away", () => {
  test.use({ expectedComplaint: /ERR_CONNECTION_REFUSED|Failed to load resource/ });

  const signOut = (page) => page.getByRole("button", { name: "Sign out", exact: true });
  const refused = (page) => page.getByRole("alert").filter({ hasText: "You are not signed out" });
  const kept = (page) => page.evaluate(() => Object.keys(localStorage));

  test("says that it did not work and how many changes wait, and loses none of them", async ({ page, server }) => {
    const ada = await server.person("Ada");
    await signIn(page, ada);
    await server.stop();
    for (const title of ["Written on the train", "In the tunnel"]) {
      await page.getByLabel("New task").fill(title);
      await page.keyboard.press("Enter");
    }
    await expect(row(page, "In the tunnel")).toBeVisible();
    await signOut(page).click();
    await expect(refused(page)).toContainText("2 changes are not saved yet");
    await expect(page).toHaveURL(/\/tasks$/);
    expect((await kept(page)).filter((key) => key.includes(".outbox."))).toHaveLength(2);

    await refused(page).getByRole("button", { name: "Try again" }).click();
    // For two seconds it waits for the changes to be saved; what is pressed meanwhile does nothing.
    await expect(signOut(page)).toHaveAttribute("aria-disabled", "true");
    await expect(signOut(page)).not.toHaveAttribute("aria-disabled", "true");
    await expect(refused(page)).toContainText("2 changes are not saved yet");
    await expect(row(page, "Written on the train")).toBeVisible();

    await server.restart();
    await refused(page).getByRole("button", { name: "Try again" }).click();
    await page.waitForURL("**/signin");
    expect(await kept(page)).toEqual([]);
    // They were sent at the same time: their order is that of their positions, not of their arrival.
    const places = (await server.tasks(ada)).sort((a, b) => (a.position < b.position ? -1 : 1));
    expect(places.map((task) => task.title)).toEqual(["In the tunnel", "Written on the train"]);
  });

  test("on this device alone is the person's choice, and the session ends when the server is there again", async ({ page, server }) => {
    const ada = await server.person("Ada");
    await server.addTask(ada, { title: "Of Ada" });
    await signIn(page, ada);
    await server.stop();
    await signOut(page).click();
    await expect(refused(page)).toContainText("can’t be reached");
    await expect(row(page, "Of Ada")).toBeVisible();
    await refused(page).getByRole("button", { name: "Sign out on this device anyway" }).click();
    await expect(page.getByRole("alert").filter({ hasText: "You are signed out on this device" })).toBeVisible();
    await expect(page.getByText("Of Ada")).toHaveCount(0);
    await expect(page.getByRole("link", { name: "Your account: Ada" })).toHaveCount(0);
    expect((await kept(page)).filter((key) => key.startsWith("holdfast.token") || key.startsWith("holdfast.draft"))).toEqual([]);

    await server.restart();
    await page.waitForURL("**/signin");
    expect(await kept(page)).toEqual([]);
    await page.goto("/tasks");
    await expect(page).toHaveURL(/\/signin/);
  });

  test("on this device holds when the page was closed before the server was there again", async ({ context, page, server }) => {
    await signIn(page, await server.person("Ada"));
    await server.stop();
    await signOut(page).click();
    await refused(page).getByRole("button", { name: "Sign out on this device anyway" }).click();
    await expect(page.getByText("You are signed out on this device")).toBeVisible();
    await page.close();
    await server.restart();
    const later = await context.newPage();
    await later.goto(`${server.url}/tasks`);
    await later.waitForURL("**/signin");
    expect(await kept(later)).toEqual([]);
  });
});
