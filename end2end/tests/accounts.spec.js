// Signing up, in and out, as people do it.
import { PASSWORD, awake, expect, row, signIn, test } from "./support.js";

test("b_24 from sign-up to sign-out, with a task in between", async ({ page, server }) => {
  await page.goto("/");
  await page.getByRole("link", { name: "Create your account" }).click();
  await page.getByLabel("Name").fill("Ada Lovelace");
  await page.getByLabel("E-mail").fill("ada@example.com");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL("**/tasks");
  await awake(page);
  await expect(page.getByRole("banner")).toContainText("Ada Lovelace");
  await page.getByLabel("New task").fill("Write the first program");
  await page.keyboard.press("Enter");
  await expect(row(page, "Write the first program")).toBeVisible();
  await expect(page).toHaveTitle("(1) Tasks · Holdfast");
  await expect(page.locator(".unsaved")).toHaveCount(0);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/signin");
  await page.goto("/tasks");
  await expect(page).toHaveURL(/\/signin/);
  await signIn(page, { email: "ada@example.com" });
  await expect(row(page, "Write the first program")).toBeVisible();
});

test("b_14 the token is kept in the browser, attached to every task call, and gone after signing out", async ({ page, server }) => {
  const ada = await server.person("Ada");
  const authorizations = [];
  page.on("request", (request) => {
    if (/\/api\/[^/]+\/tasks/.test(request.url())) authorizations.push(request.headers().authorization);
  });
  await signIn(page, ada, "/tasks?status=all");
  const kept = await page.evaluate(() => localStorage.getItem("holdfast.token"));
  expect(kept.split(" ")[0]).toBe(ada.user.id);
  await page.getByLabel("New task").fill("one");
  await page.keyboard.press("Enter");
  await page.getByRole("checkbox", { name: "Completed: one" }).check();
  await page.getByRole("button", { name: "Delete: one" }).click();
  await expect(page.getByText("Nothing here yet")).toBeVisible();
  await expect.poll(() => authorizations.length).toBe(3);
  expect(new Set(authorizations)).toEqual(new Set([`Bearer ${kept.split(" ")[1]}`]));
  await page.getByLabel("New task").fill("not saved");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/signin");
  expect(await page.evaluate(() => ({ ...localStorage }))).toEqual({});
});

test("a_s5 the session survives a reload and a closed browser", async ({ browser, context, page, server }) => {
  const ada = await server.person("Ada");
  await signIn(page, ada);
  await page.reload();
  await awake(page);
  const state = await context.storageState();
  expect(state.cookies[0].expires).toBeGreaterThan(Date.now() / 1000 + 6.9 * 24 * 3600);
  const later = await browser.newContext({ storageState: state, baseURL: server.url });
  const again = await later.newPage();
  await again.goto("/");
  await expect(again).toHaveURL(`${server.url}/tasks`);
  await later.close();
});

test.describe("what is wrong", () => {
  test.use({ expectedComplaint: /Failed to load resource.*(401|422)/ });

  test("b_10 errors stand beside their field, the focus is on the first, and the password stays", async ({ page, server }) => {
    await server.person("Ada");
    await page.goto("/signup");
    await page.waitForLoadState("networkidle");
    await page.getByLabel("E-mail").fill("nope");
    await page.getByLabel("Password", { exact: true }).fill("short");
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByLabel("E-mail")).toBeFocused();
    await expect(page.getByLabel("E-mail")).toHaveAccessibleDescription(/Enter an e-mail address/);
    await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(/Use at least 8 characters/);
    await page.getByLabel("E-mail").fill("ada@example.com");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByText("That e-mail already has an account")).toBeVisible();
    await expect(page.getByLabel("Password", { exact: true })).toHaveValue(PASSWORD);
    await page.getByRole("link", { name: "Sign in" }).click();
    await page.waitForLoadState("networkidle");
    await page.getByLabel("E-mail").fill("ada@example.com");
    await page.getByLabel("Password", { exact: true }).fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toContainText("don’t belong together");
    await expect(page.getByLabel("Password", { exact: true })).toHaveValue("not the password");
  });
});

test("what is typed before the islands are hydrated stays, focus and all, and is what is sent", async ({ page, server }) => {
  const ada = await server.person("Ada");
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route("**/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("/signin");
  const [email, password] = [page.getByLabel("E-mail"), page.getByLabel("Password", { exact: true })];
  await password.fill(PASSWORD);
  await email.pressSequentially("ada@exam");
  await expect(page.getByRole("button", { name: "Show the password" })).toHaveCount(0);
  release();
  await expect(page.getByRole("button", { name: "Show the password" })).toBeVisible();
  await expect(email).toBeFocused();
  await page.keyboard.type("ple.com");
  await expect(email).toHaveValue(ada.email);
  await expect(password).toHaveValue(PASSWORD);
  const call = page.waitForRequest("**/api/auth/sign-in/email");
  await page.getByRole("button", { name: "Sign in" }).click();
  expect((await call).postDataJSON()).toEqual({ email: ada.email, password: PASSWORD });
  await page.waitForURL("**/tasks");
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false, expectedComplaint: /Failed to load resource.*401/ });

  test("signing up, in and out works, and the tasks can be read and added", async ({ page, server }) => {
    await page.goto("/signup");
    await page.getByLabel("Name").fill("Ada");
    await page.getByLabel("E-mail").fill("ada@example.com");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByRole("heading", { name: "To do" })).toBeVisible();
    await page.getByLabel("New task").fill("By form");
    await page.getByRole("button", { name: "Add" }).click();
    await expect(row(page, "By form")).toBeVisible();
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await page.getByLabel("E-mail").fill("ada@example.com");
    await page.getByLabel("Password", { exact: true }).fill("wrong password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByText("don’t belong together")).toBeVisible();
    await expect(page.getByLabel("E-mail")).toHaveValue("ada@example.com");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(row(page, "By form")).toBeVisible();
  });
});

test("b_20 two people in two browsers see their own tasks alone", async ({ browser, page, server }) => {
  const [ada, bob] = [await server.person("Ada"), await server.person("Bob")];
  await server.addTask(ada, { title: "Of Ada" });
  await server.addTask(bob, { title: "Of Bob" });
  await signIn(page, ada);
  const other = await browser.newContext({ baseURL: server.url });
  const bobs = await other.newPage();
  await signIn(bobs, bob);
  await expect(row(page, "Of Ada")).toBeVisible();
  await expect(page.getByText("Of Bob")).toHaveCount(0);
  await expect(row(bobs, "Of Bob")).toBeVisible();
  await expect(bobs.getByText("Of Ada")).toHaveCount(0);
  await other.close();
});

test("b_25 a visitor who is sent to sign in comes back to where they were going", async ({ page, server }) => {
  const ada = await server.person("Ada");
  await page.goto("/tasks?status=pending");
  await expect(page).toHaveURL(/\/signin\?return_to=/);
  await page.getByLabel("E-mail").fill(ada.email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/tasks?status=pending");
  await expect(page.getByRole("heading", { name: "To do" })).toBeVisible();
});
