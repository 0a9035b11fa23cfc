// Every page in every state that it can be in: how one gets there.
import { PASSWORD, expect, openSearch, row, signIn } from "./support.js";

export const SAMPLE = [
  { title: "Send the photos to Grandpa", completed: true },
  { title: "Order paper, A4 and A5" },
  { title: "Renew the passport", description: "Two photos, the old one, 60 euros.\nThe office opens at nine; take a number." },
  { title: "Book the train to Porto" },
  { title: "Ask Nadia about the lease", description: "She is back on Tuesday" },
];
const AWKWARD = [
  { title: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(3) },
  { title: "🦀".repeat(500), description: "x".repeat(4000) },
  { title: "קנה חלב ולחם" },
];
export const inDays = (days) => {
  const date = new Date(Date.now() + days * 86_400_000);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
};
const DATED = [
  { title: "Water the plants", due_date: inDays(0), completed: true, tags: ["home"] },
  { title: "Read the contract", priority: "low", tags: ["money", "home"] },
  { title: "Renew the passport", due_date: inDays(40), description: "Two photos, the old one, 60 euros." },
  { title: "Book the train to Porto", due_date: inDays(1), priority: "medium", tags: ["travel"] },
  { title: "Pay the rent", due_date: inDays(0), priority: "high", tags: ["money"] },
  { title: "Answer Nadia", due_date: inDays(-3), priority: "high", tags: ["lease", "עברית"], description: "She is back on Tuesday" },
];

// Whether what is painted behind everything is dark.
export const isDark = (page) =>
  page.evaluate(() => {
    const pen = document.createElement("canvas").getContext("2d");
    pen.fillStyle = getComputedStyle(document.body).backgroundColor;
    pen.fillRect(0, 0, 1, 1);
    return Math.max(...pen.getImageData(0, 0, 1, 1).data.slice(0, 3)) < 100;
  });

// Opens the page in that state.
export const STATES = {
  home: (page) => page.goto("/"),
  signin: (page) => page.goto("/signin?expired=1"),
  signup: (page) => page.goto("/signup"),
  docs: async (page) => {
    await page.goto("/api/docs");
    await page.getByText("/api/{user_id}/tasks", { exact: false }).nth(1).click();
  },
  "not-found": (page) => page.goto("/nothing"),
  "signup-error": async (page) => {
    await page.goto("/signup");
    await page.waitForLoadState("networkidle");
    await page.getByLabel("E-mail").fill("nope");
    await page.getByLabel("Password", { exact: true }).fill("short");
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByText("Use at least 8 characters")).toBeVisible();
  },
  "signin-error": async (page) => {
    await page.goto("/signin");
    await page.waitForLoadState("networkidle");
    await page.getByLabel("E-mail").fill("nobody@example.com");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByText("don’t belong together")).toBeVisible();
  },
  forgot: (page) => page.goto("/forgot-password"),
  "forgot-sent": (page) => page.goto("/forgot-password?sent=1"),
  "forgot-error": async (page) => {
    await page.goto("/forgot-password");
    await page.getByRole("button", { name: "Send the link" }).click();
    await expect(page.getByText("Enter an e-mail address")).toBeVisible();
  },
  "reset-refused": (page) => page.goto("/reset-password?token=used"),
  reset: async (page, server) => {
    const { email } = await server.person("Ada");
    await page.goto("/forgot-password");
    await page.getByLabel("E-mail").fill(email);
    await page.getByRole("button", { name: "Send the link" }).click();
    await page.goto(await server.mailedLink());
    await expect(page.getByLabel("New password")).toBeVisible();
  },
  "email-link": async (page, server) => {
    const { token } = await server.person("Ada");
    await fetch(`${server.url}/api/auth/send-verification-email`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ email: "ada@example.com" }),
    });
    await page.goto(await server.mailedLink());
    await expect(page.getByRole("button", { name: "Confirm this e-mail" })).toBeVisible();
  },
  "email-link-refused": (page) => page.goto("/verify-email?token=used"),
  account: async (page, server) => {
    const ada = await server.person("Ada");
    await signIn(page, ada);
    await page.goto("/account?done=name");
    await page.waitForLoadState("networkidle");
  },
  "account-error": async (page, server) => {
    await STATES.account(page, server);
    await page.getByLabel("Current password").fill("wrong password");
    await page.getByLabel("New password").fill("short");
    await page.getByRole("button", { name: "Change the password" }).click();
    await expect(page.getByText("Use at least 8 characters")).toBeVisible();
  },
  empty: async (page, server) => signIn(page, await server.person("Ada")),
  full: async (page, server) => {
    const ada = await server.person("Ada");
    for (const task of SAMPLE) await server.addTask(ada, task);
    await signIn(page, ada);
  },
  awkward: async (page, server) => {
    const ada = await server.person("Ada");
    for (const task of AWKWARD) await server.addTask(ada, task);
    await signIn(page, ada);
  },
  editing: async (page, server) => {
    await STATES.full(page, server);
    await page.getByRole("button", { name: "Edit: Renew the passport" }).press("Enter");
    await page.getByRole("textbox", { name: "Title" }).fill("");
    await page.keyboard.press("Enter");
    await expect(page.getByText("Give the task a title")).toBeVisible();
  },
  away: async (page, server) => {
    await STATES.full(page, server);
    await server.stop("SIGKILL");
    await page.getByLabel("New task").fill("Typed in vain");
    await page.keyboard.press("Enter");
    await expect(page.getByText("can’t be reached")).toBeVisible();
  },
  over: async (page, server) => {
    await STATES.full(page, server);
    const cookie = (await page.context().cookies()).find(({ name }) => name === "holdfast_session");
    await fetch(`${server.url}/api/auth/sign-out`, { method: "POST", headers: { authorization: `Bearer ${cookie.value}` } });
    // The stream of events ends, and with it the list.
    await expect(page.getByText("Your session has expired")).toBeVisible();
  },
  dated: async (page, server) => {
    const ada = await server.person("Ada");
    for (const task of DATED) await server.addTask(ada, task);
    await signIn(page, ada);
    return ada;
  },
  chips: async (page, server) => {
    await STATES.dated(page, server);
    await page.getByLabel("New task").fill("Call the bank #money tomorrow !high");
    await expect(page.locator("#chips .chip")).toHaveCount(3);
  },
  lines: async (page, server) => {
    await STATES.dated(page, server);
    await page.getByLabel("New task").evaluate((input) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", "first\nsecond fri\nthird");
      input.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    });
    await expect(page.getByText("These are 3 lines.")).toBeVisible();
  },
  editor: async (page, server) => {
    const ada = await STATES.dated(page, server);
    await page.getByRole("button", { name: "Edit: Renew the passport" }).press("Enter");
    await page.getByRole("textbox", { name: "Title" }).fill("Renew both passports");
    return ada;
  },
  contested: async (page, server) => {
    const ada = await STATES.editor(page, server);
    const { id } = (await server.tasks(ada)).find((task) => task.title === "Renew the passport");
    await fetch(`${server.url}/api/${ada.user.id}/tasks/${id}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${ada.token}`, "content-type": "application/json" },
      body: JSON.stringify({ title: "Renew the identity card", description: "It is cheaper" }),
    });
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("alert").filter({ hasText: "Somebody changed this task meanwhile" })).toBeVisible();
  },
  selected: async (page, server) => {
    await STATES.dated(page, server);
    for (const title of ["Answer Nadia", "Book the train"])
      await row(page, title)
        .locator(".words")
        .click({ modifiers: ["Control"], position: { x: 4, y: 14 } });
    await expect(page.getByRole("toolbar")).toContainText("2 selected");
  },
  // It stays for as long as it has the focus.
  toast: async (page, server) => {
    await STATES.dated(page, server);
    await page.getByRole("button", { name: "Delete: Answer Nadia" }).press("Enter");
    await page.getByRole("button", { name: "Undo" }).focus();
  },
  filters: async (page, server) => {
    await STATES.dated(page, server);
    await page.getByLabel("Filter and sort").click();
    await expect(page.getByLabel("Sort by")).toBeVisible();
  },
  palette: async (page, server) => {
    await STATES.dated(page, server);
    await page.keyboard.press("Control+K");
    await expect(page.getByRole("dialog", { name: "Commands" })).toBeVisible();
  },
  help: async (page, server) => {
    await STATES.dated(page, server);
    await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
    await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  },
  "trash-empty": async (page, server) => {
    await signIn(page, await server.person("Ada"));
    await page.goto("/trash?done=emptied");
  },
  trash: async (page, server) => {
    const ada = await server.person("Ada");
    for (const task of [...AWKWARD, ...DATED]) await server.deleteTask(ada, await server.addTask(ada, task));
    await signIn(page, ada);
    await page.goto("/trash");
  },
  "trash-confirm": async (page, server) => {
    await STATES.trash(page, server);
    await page.getByRole("button", { name: "Put back: Pay the rent" }).click();
    await page.getByText("Empty trash").click();
    await page.getByText("Delete for good").nth(1).click();
    await expect(page.locator("li details[open]").getByText("This can’t be undone.")).toBeVisible();
  },
  nothing: async (page, server) => {
    await STATES.dated(page, server);
    await (await openSearch(page)).fill("nothing like it");
    await expect(page.getByText("Nothing matches")).toBeVisible();
  },
};
