// A server of its own for each test, and a page that fails the test when the browser complains.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import AxeBuilder from "@axe-core/playwright";
import { test as base, expect } from "@playwright/test";

import { databaseEnvironment } from "../postgres.js";

export { expect };
export const PASSWORD = "correct horse battery";
// What must be in no log, at any level: passwords, hashes, tokens in JWT's form, the query of a mailed link.
const SECRET = /correct horse|another good|let me in|\$argon2id\$|eyJ[\w-]+\.|token=/;
const BINARY = process.env.HOLDFAST_BINARY ?? fileURLToPath(new URL("../../target/release/holdfast", import.meta.url));

export class Server {
  constructor(folder, binary = BINARY) {
    this.folder = folder;
    this.binary = binary;
    this.log = "";
  }

  // `listen` is given when a server comes back on the port that it had.
  async start(environment = {}, listen = "127.0.0.1:0") {
    this.process = spawn(this.binary, ["--listen", listen, "--data-dir", join(this.folder, "data")], {
      cwd: this.folder,
      env: { ...process.env, RUST_LOG: "trace", ...(this.database ??= await databaseEnvironment()), ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.process.stderr.on("data", (text) => (this.log += text));
    for await (const line of createInterface({ input: this.process.stdout })) {
      this.url = line.match(/http:\S+/)?.[0];
      if (this.url) return;
    }
    throw new Error(`the server did not start: ${this.log}`);
  }

  async stop(signal = "SIGTERM") {
    if (!this.process || this.process.exitCode !== null || this.process.signalCode) return;
    const exited = once(this.process, "exit");
    this.process.kill(signal);
    await exited;
  }

  async restart(environment) {
    const { host } = new URL(this.url);
    await this.start(environment, host);
  }

  // An account made through the API: `{ token, user }`.
  async person(name) {
    const email = `${name.toLowerCase()}@example.com`;
    const response = await fetch(`${this.url}/api/auth/sign-up/email`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name, email, password: PASSWORD }),
    });
    expect(response.status).toBe(200);
    return { ...(await response.json()), email };
  }

  // The mails in its folder that are written whole, the oldest first.
  mails() {
    const folder = join(this.folder, "data", "mail");
    const files = readdirSync(folder).map((name) => join(folder, name));
    const mails = files.map((path) => ({ at: statSync(path).mtimeMs, text: readFileSync(path, "utf8") }));
    return mails
      .filter(({ text }) => text.endsWith("Holdfast\r\n"))
      .sort((a, b) => a.at - b.at)
      .map(({ text }) => text);
  }

  // The link in its one mail.
  async mailedLink() {
    await expect.poll(() => this.mails().length).toBe(1);
    return this.mails()[0]
      .match(/^http.*$/m)[0]
      .trim();
  }

  async addTask(person, task) {
    const response = await fetch(`${this.url}/api/${person.user.id}/tasks`, {
      method: "POST",
      headers: { authorization: `Bearer ${person.token}`, "content-type": "application/json" },
      body: JSON.stringify(task),
    });
    expect(response.status).toBe(201);
    return response.json();
  }

  async deleteTask(person, { id }) {
    const response = await fetch(`${this.url}/api/${person.user.id}/tasks/${id}`, { method: "DELETE", headers: { authorization: `Bearer ${person.token}` } });
    expect(response.status).toBe(204);
  }

  async tasks(person) {
    const response = await fetch(`${this.url}/api/${person.user.id}/tasks`, { headers: { authorization: `Bearer ${person.token}` } });
    return response.json();
  }
}

// Everything that the browser complains about on a page, but for what `expected` says must come.
export function listen(page, complaints, expected) {
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !expected?.test(message.text())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
}

export const test = base.extend({
  // A message that the browser must write in this test: `Failed to load resource` where a request is meant to fail.
  expectedComplaint: [undefined, { option: true }],
  // What the server is started with beside its data directory.
  environment: [{}, { option: true }],

  server: async ({ environment }, use) => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-"));
    const server = new Server(folder);
    await server.start(environment);
    await use(server);
    await server.stop();
    expect(
      server.log.split("\n").filter((line) => SECRET.test(line)),
      "secrets in the log",
    ).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  },

  baseURL: async ({ server }, use) => use(server.url),

  complaints: async ({}, use) => use([]),

  context: async ({ context, complaints, expectedComplaint }, use) => {
    context.on("page", (page) => listen(page, complaints, expectedComplaint));
    await use(context);
    expect(complaints, "the browser complained").toEqual([]);
  },
});

// Signs in through the form, and waits until the list is awake.
export async function signIn(page, person, path = "/tasks") {
  await page.goto(`/signin?return_to=${encodeURIComponent(path)}`);
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`**${path}`);
  await awake(page);
}

// The list says when it is awake; where there is a keyboard, the line for a new task has the focus then.
export async function awake(page) {
  await expect(page.locator("#board.hydrated")).toBeVisible();
}

// A clock that stands still and runs as told. Playwright numbers its timers with more bits than WASM keeps of a number.
export async function holdClock(page, time) {
  await page.clock.install({ time });
  await page.addInitScript(() => {
    const timers = [0];
    for (const [start, stop] of [
      ["setTimeout", "clearTimeout"],
      ["setInterval", "clearInterval"],
    ]) {
      const [begin, end] = [window[start], window[stop]];
      window[start] = (...timer) => timers.push(begin(...timer)) - 1;
      window[stop] = (number) => end(timers[number]);
    }
  });
}

// Axe finds nothing wrong. Its legacy mode leaves out frames of other origins, which no page has; it and less to say about
// what is right take a quarter of the time.
export async function isAccessible(page, withoutRules = []) {
  const rules = Object.fromEntries(withoutRules.map((rule) => [rule, { enabled: false }]));
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode()
    .options({ resultTypes: ["violations"], rules })
    .analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
}

// The search field, which an icon unfolds.
export async function openSearch(page) {
  const field = page.getByLabel("Search");
  if (!(await field.isVisible())) await page.getByLabel("Find", { exact: true }).click();
  return field;
}

export const row = (page, title) => page.getByRole("listitem").filter({ hasText: title });
