// A front end that was written for Better Auth moves in: with the accounts or without them, by its own address or past it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

import { PASSWORD, expect, test as base } from "../tests/support.js";

const APP = fileURLToPath(new URL("../nextjs", import.meta.url));

// A port that nobody has: Next.js and Holdfast each want to know the other's address before they start.
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

const test = base.extend({
  mode: ["own", { option: true }],

  address: async ({}, use) => use(`http://127.0.0.1:${await freePort()}`),

  environment: async ({ address, mode }, use) => {
    const forMode = {
      own: { TRUSTED_JWKS: `${address}/api/auth/jwks,issuer=${address},audience=${address}` },
      rewrites: { AUTH_COOKIE: "better-auth" },
      direct: { AUTH_COOKIE: "better-auth" },
    };
    await use({ TRUSTED_ORIGINS: address, ...forMode[mode] });
  },

  // The front end, once it answers.
  app: async ({ address, mode, server }, use) => {
    const env = { ...process.env, MODE: mode, HOLDFAST_URL: server.url, BETTER_AUTH_URL: address, NEXT_TELEMETRY_DISABLED: "1" };
    const next = spawn("node", ["node_modules/next/dist/bin/next", "start", "--hostname", "127.0.0.1", "--port", new URL(address).port], {
      cwd: APP,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let log = "";
    for (const stream of [next.stdout, next.stderr]) stream.on("data", (text) => (log += text));
    await expect(async () => expect((await fetch(`${address}/sign-in`)).ok, log).toBe(true)).toPass({ timeout: 30_000 });
    await use(address);
    const ended = once(next, "exit");
    next.kill();
    await ended;
  },
});

const task = (page, title) => page.getByRole("list", { name: "Tasks" }).getByRole("listitem").filter({ hasText: title });

for (const [mode, what] of Object.entries({
  own: "keeps its own accounts and calls our tasks with its own tokens",
  rewrites: "has its accounts here, by its own address",
  direct: "has its accounts here, by our address",
})) {
  test.describe(`a Next.js app that ${what}`, () => {
    // A wrong password is a 401, which the browser writes down.
    test.use({ mode, expectedComplaint: /Failed to load resource: the server responded with a status of 401/ });

    test("signs up, works on tasks, signs out and in again", async ({ app, page, server }) => {
      await page.goto(`${app}/tasks`);
      await expect(page).toHaveURL(`${app}/sign-in`);
      await page.getByLabel("Name").fill("Ada");
      await page.getByLabel("E-mail").fill("ada@example.com");
      await page.getByLabel("Password").fill(PASSWORD);
      await page.getByRole("button", { name: "Sign up" }).click();
      await expect(page.getByRole("heading")).toHaveText("Tasks of Ada");

      await page.getByLabel("New task").fill("Buy bread");
      await page.getByRole("button", { name: "Add" }).click();
      await task(page, "Buy bread").getByRole("checkbox").click();
      await page.getByRole("button", { name: "Rename Buy bread" }).click();
      await expect(task(page, "Buy bread!").getByRole("checkbox")).toBeChecked();
      await page.getByLabel("New task").fill("Call the bank");
      await page.getByRole("button", { name: "Add" }).click();
      await page.getByRole("button", { name: "Delete Call the bank" }).click();
      await expect(task(page, "Call the bank")).toHaveCount(0);
      await page.reload();
      await expect(task(page, "Buy bread!").getByRole("checkbox")).toBeChecked();

      await page.getByRole("button", { name: "Sign out" }).click();
      await expect(page).toHaveURL(`${app}/sign-in`);
      await page.goto(`${app}/tasks`);
      await expect(page).toHaveURL(`${app}/sign-in`);
      await page.getByLabel("E-mail").fill("ada@example.com");
      await page.getByLabel("Password").fill("wrong password");
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page.getByRole("alert").filter({ hasText: "INVALID_EMAIL_OR_PASSWORD" })).toBeVisible();
      await page.getByLabel("Password").fill(PASSWORD);
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(task(page, "Buy bread!")).toBeVisible();

      // Where the account is.
      const body = JSON.stringify({ email: "ada@example.com", password: PASSWORD });
      const asked = await fetch(`${server.url}/api/auth/sign-in/email`, { method: "POST", headers: { "content-type": "application/json" }, body });
      expect(asked.status).toBe(mode === "own" ? 401 : 200);
    });
  });
}
