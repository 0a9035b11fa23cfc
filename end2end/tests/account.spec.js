// The account page, and a password that was forgotten.
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { SMTPServer } from "smtp-server";
import { PASSWORD, awake, expect, signIn, test } from "./support.js";

const NEW = "another good password";

const device = (page, name) => page.getByRole("listitem").filter({ hasText: name });

test("the name is changed, and the header says so", async ({ page, server }) => {
  await signIn(page, await server.person("Ada"));
  await page.getByRole("link", { name: "Your account: Ada" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Countess Ada");
  await page.getByRole("button", { name: "Save the name" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Your name is saved" })).toBeInViewport();
  await expect(page.getByRole("banner")).toContainText("Countess Ada");
  await page.goBack();
  await page.goto("/tasks");
  await expect(page.getByRole("banner")).toContainText("Countess Ada");
});

test.describe("a password", () => {
  // 401: this device has a new session too, and the token that it kept is replaced by that of the cookie.
  test.use({ expectedComplaint: /Failed to load resource.*40[01]/ });

  test("is changed, with errors beside the fields and the focus on the first; the other devices end", async ({ browser, page, server }) => {
    const ada = await server.person("Ada");
    await signIn(page, ada);
    const other = await browser.newContext({ baseURL: server.url });
    const phone = await other.newPage();
    await signIn(phone, ada);

    await page.goto("/account");
    await page.getByLabel("Current password").fill("wrong password");
    await page.getByLabel("New password").fill(NEW);
    await page.getByRole("button", { name: "Change the password" }).click();
    await expect(page.getByLabel("Current password")).toBeFocused();
    await expect(page.getByLabel("Current password")).toHaveAccessibleDescription(/not your current password/);
    await page.getByLabel("Current password").fill(PASSWORD);
    await page.getByLabel("New password").fill("password");
    await page.getByRole("button", { name: "Change the password" }).click();
    await expect(page.getByLabel("New password")).toBeFocused();
    await expect(page.getByLabel("New password")).toHaveAccessibleDescription(/most common/);
    await page.getByLabel("Current password").fill(PASSWORD);
    await page.getByLabel("New password").fill(NEW);
    // The other device finds out at its next action, or before when its stream of events ends, and says so.
    const failed = phone.waitForResponse((response) => response.status() === 401);
    await page.getByRole("button", { name: "Change the password" }).click();
    await expect(page.getByText("Your password is changed.")).toBeInViewport();

    await phone.getByLabel("New task").fill("typed on the phone");
    await phone.keyboard.press("Enter");
    await failed;
    await expect(phone.getByRole("alert").filter({ hasText: "Your session has expired" })).toBeVisible();
    // What was typed is kept for this user, and is not on the screen of who comes next.
    await expect(phone.getByText("What you typed is kept.")).toBeVisible();
    await expect(phone.locator(".row")).toHaveCount(0);
    await other.close();

    await page.goto("/tasks");
    await awake(page);
  });
});

test("a password can be shown, is hidden again, and can be pasted", async ({ page, server }) => {
  await page.goto("/signup");
  await page.waitForLoadState("networkidle");
  const field = page.getByLabel("Password", { exact: true });
  await field.focus();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData("text/plain", "pasted words");
    const taken = document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    if (taken) document.execCommand("insertText", false, "pasted words");
  });
  await expect(field).toHaveValue("pasted words");
  await page.getByRole("button", { name: "Show the password" }).click();
  await expect(field).toHaveAttribute("type", "text");
  await expect(field).toBeFocused();
  await page.getByRole("button", { name: "Hide the password" }).click();
  await expect(field).toHaveAttribute("type", "password");
});

test("password managers find what they look for", async ({ page, server }) => {
  const kinds = () => page.$$eval("form input[autocomplete]", (inputs) => inputs.map((input) => input.autocomplete));
  await page.goto("/signin");
  expect(await kinds()).toEqual(["username", "current-password"]);
  await page.goto("/signup");
  expect(await kinds()).toEqual(["name", "username", "new-password"]);
  await signIn(page, await server.person("Ada"));
  await page.goto("/.well-known/change-password");
  await expect(page).toHaveURL(/\/account#password-section$/);
  const password = page.locator("form", { has: page.getByRole("button", { name: "Change the password" }) });
  expect(await password.locator("input[autocomplete]").evaluateAll((inputs) => inputs.map((input) => input.autocomplete))).toEqual([
    "username",
    "current-password",
    "new-password",
  ]);
});

test("a device is signed out from another, and a sign-out in one tab reaches the others", async ({ browser, context, page, server }) => {
  const ada = await server.person("Ada");
  await signIn(page, ada);
  const other = await browser.newContext({ baseURL: server.url, userAgent: "Mozilla/5.0 (iPhone) Version/18.5 Safari/604.1" });
  const phone = await other.newPage();
  await signIn(phone, ada);
  await phone.goto("/account");

  await page.goto("/account");
  await expect(device(page, "This device")).toContainText(/Chrome on Linux|Chromium on Linux/);
  await expect(device(page, "Safari on iPhone")).toContainText("127.0.0.1");
  await page.getByRole("button", { name: "Sign out: Safari on iPhone" }).click();
  await expect(page.getByText("Signed out.")).toBeInViewport();
  await expect(device(page, "Safari on iPhone")).toHaveCount(0);
  await phone.getByRole("button", { name: "Save the name" }).click();
  await expect(phone.getByText("Your session has expired")).toBeVisible();
  await other.close();

  await page.waitForLoadState("networkidle");
  const tab = await context.newPage();
  await tab.goto("/tasks");
  await awake(tab);
  await tab.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "You signed out in another tab" })).toBeVisible();
});

test("one's data are downloaded", async ({ page, server }) => {
  const ada = await server.person("Ada");
  await server.addTask(ada, { title: "Of Ada" });
  await signIn(page, ada);
  await page.goto("/account");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download my data" }).click()]);
  expect(download.suggestedFilename()).toBe("holdfast.json");
  const data = JSON.parse(readFileSync(await download.path(), "utf8"));
  expect([data.user.email, data.tasks.map((task) => task.title)]).toEqual([ada.email, ["Of Ada"]]);
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false, expectedComplaint: /Failed to load resource.*422/ });

  test("tasks of a file from elsewhere come into the list, and what is no such file is refused at its field", async ({ page, server }) => {
    const ada = await server.person("Ada");
    await page.goto("/signin?return_to=%2Faccount");
    await page.getByLabel("E-mail").fill(ada.email);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    const send = async (text) => {
      await page.getByLabel("Written by").selectOption("Todoist: a project as CSV");
      await page.getByLabel("File").setInputFiles({ name: "Garden.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
      await page.getByRole("button", { name: "Add these tasks to mine" }).click();
    };
    await send("TYPE,CONTENT,PRIORITY\ntask,Water @roses,1\n");
    await expect(page.getByText("The tasks of the file are in your list.")).toBeVisible();
    await send("no CSV");
    await expect(page.getByLabel("File")).toHaveAccessibleDescription(/The file is no CSV of Todoist/);
    await page.goto("/tasks");
    await expect(page.getByText("Water")).toBeVisible();
  });
});

test("an account is deleted with its password, and nothing of it stays in the browser", async ({ page, server }) => {
  const ada = await server.person("Ada");
  await signIn(page, ada);
  await page.getByLabel("New task").fill("a draft");
  await page.goto("/account");
  await page.getByLabel("Your password").fill(PASSWORD);
  await page.getByRole("button", { name: "Delete my account" }).click();
  await expect(page.getByText("everything in it is gone")).toBeVisible();
  await expect.poll(() => page.evaluate(() => ({ ...localStorage }))).toEqual({});
  // Where the browser is, whoever uses it.
  expect((await page.context().cookies()).map((cookie) => cookie.name)).toEqual(["utc_offset"]);
});

// A mail server that wants a user and a password, as real ones do.
const mailTest = test.extend({
  mails: async ({}, use) => {
    const mails = [];
    const smtp = new SMTPServer({
      allowInsecureAuth: true,
      disabledCommands: ["STARTTLS"],
      onAuth: ({ username, password }, session, done) =>
        username === "holdfast" && password === "let me in" ? done(null, { user: username }) : done(new Error("no")),
      onData: async (stream, session, done) => {
        let text = "";
        for await (const chunk of stream) text += chunk;
        mails.push({ from: session.envelope.mailFrom.address, to: session.envelope.rcptTo.map(({ address }) => address), text });
        done();
      },
    });
    await new Promise((resolve) => smtp.listen(0, "127.0.0.1", resolve));
    await use({ mails, port: smtp.server.address().port });
    await new Promise((resolve) => smtp.close(resolve));
  },
  environment: async ({ mails: { port } }, use) => use({ SMTP_URL: `smtp://holdfast:let%20me%20in@127.0.0.1:${port}`, MAIL_FROM: "Tasks <tasks@example.com>" }),
});

for (const javaScriptEnabled of [true, false]) {
  mailTest.describe(javaScriptEnabled ? "with scripts" : "without scripts", () => {
    mailTest.use({ javaScriptEnabled });

    mailTest("a forgotten password is replaced by a mailed link", async ({ page, server, mails: { mails } }) => {
      const ada = await server.person("Ada");
      await page.goto("/signin");
      await page.getByRole("link", { name: "Forgot your password?" }).click();
      await page.getByLabel("E-mail").fill(ada.email);
      await page.getByRole("button", { name: "Send the link" }).click();
      await expect(page.getByText("a link is on its way")).toBeVisible();
      await expect.poll(() => mails.length).toBe(1);
      expect([mails[0].from, mails[0].to]).toEqual(["tasks@example.com", [ada.email]]);
      const [link] = mails[0].text.match(/^http.*$/m);

      await page.goto(link.trim());
      await page.getByLabel("New password").fill(NEW);
      await page.getByRole("button", { name: "Set the password" }).click();
      await expect(page.getByText("Your new password is set")).toBeVisible();
      await page.getByLabel("E-mail").fill(ada.email);
      await page.getByLabel("Password", { exact: true }).fill(NEW);
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page.getByRole("heading", { name: "To do" })).toBeVisible();
      await expect.poll(() => mails.length).toBe(2);
      expect(mails[1].text).toContain("Your password was changed");
    });
  });
}

test.describe("another site's page", () => {
  // The browser says that the answers are not for that page; the refused forms end in a page with status 403.
  test.use({ expectedComplaint: /Failed to load resource|blocked by CORS policy|violates.*frame-ancestors/ });

  // The same site for the browser, so that it sends the cookie, and another origin.
  const attacker = test.extend({
    evil: async ({}, use) => {
      const http = createServer((request, response) => response.setHeader("content-type", "text/html").end("<title>evil</title>"));
      await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
      await use(`http://127.0.0.1:${http.address().port}/`);
      http.close();
    },
  });

  attacker("can neither read nor change anything with the visitor's cookie", async ({ page, server, evil }) => {
    const ada = await server.person("Ada");
    await server.addTask(ada, { title: "Of Ada" });
    await signIn(page, ada);
    await page.goto(evil);

    // By script, with every content type that needs no preflight, and with one that does.
    const paths = ["sign-out", "revoke-sessions", "update-user", "delete-user", "change-password", "change-email"].map((path) => `/api/auth/${path}`);
    const read = await page.evaluate(
      async ({ url, paths, password }) => {
        const body = JSON.stringify({ name: "Eve", password, currentPassword: password, newPassword: "chosen by Eve", newEmail: "eve@example.com" });
        const answers = [];
        for (const path of [...paths, "/account", "/signout", "/tasks"]) {
          for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/json"]) {
            for (const mode of ["no-cors", "cors"]) {
              const options = { method: "POST", mode, credentials: "include", headers: { "content-type": type }, body };
              const answer = await fetch(url + path, options).catch(() => null);
              if (answer && answer.type !== "opaque") answers.push([path, type, mode, answer.status]);
            }
          }
        }
        for (const path of ["/api/auth/get-session", "/api/auth/token", "/account/data", "/tasks"]) {
          const answer = await fetch(url + path, { credentials: "include" }).catch(() => null);
          if (answer) answers.push([path, await answer.text()]);
        }
        return answers;
      },
      { url: server.url, paths, password: PASSWORD },
    );
    expect(read).toEqual([]);

    // By forms that the browser sends as if the visitor had.
    const forms = [
      ["/account", { form: "name", name: "Eve" }],
      ["/account", { form: "delete", password: PASSWORD }],
      ["/account", { form: "devices" }],
      ["/tasks", { title: "Planted" }],
      ["/signout", {}],
      ["/api/auth/sign-out", {}],
      ["/signin", { email: "eve@example.com", password: "her own account" }],
    ];
    for (const [path, fields] of forms) {
      await page.goto(evil);
      const answered = page.waitForResponse(`${server.url}${path}`);
      const arrived = page.waitForURL(`${server.url}${path}`);
      await page.evaluate(
        ({ action, fields }) => {
          const form = Object.assign(document.createElement("form"), { method: "post", action });
          for (const [name, value] of Object.entries(fields)) form.append(Object.assign(document.createElement("input"), { name, value }));
          document.body.append(form);
          form.submit();
        },
        { action: server.url + path, fields },
      );
      expect((await answered).status(), path).toBe(403);
      await arrived;
    }

    // In a frame, to be clicked on unseen.
    await page.goto(evil);
    await page.evaluate((src) => document.body.append(Object.assign(document.createElement("iframe"), { src })), `${server.url}/account`);
    await expect.poll(() => page.frames().length).toBe(2);
    await expect(page.frameLocator("iframe").getByText("Delete my account")).toHaveCount(0);

    await page.goto(`${server.url}/account`);
    await expect(page.getByRole("textbox", { name: "Name" })).toHaveValue("Ada");
    expect((await server.tasks(ada)).map((task) => task.title)).toEqual(["Of Ada"]);
  });
});
