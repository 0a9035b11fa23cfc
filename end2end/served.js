// A server with somebody's tasks, on a data directory of its own, and a browser: for the scripts that measure.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { browser } from "./browser.js";
import { PASSWORD, Server } from "./tests/support.js";

const AT_ONCE = 16;
const WORDS = "Ask Nadia about the lease, order paper, book the train to Porto and send the photos to Grandpa".split(" ");

export const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

const sample = (n) => ({
  title: `${WORDS.slice(n % 7, (n % 7) + 3 + (n % 5)).join(" ")} ${n}`,
  description: n % 4 ? null : "She is back on Tuesday",
  due_date: n % 5 ? null : day((n % 11) - 2),
  priority: ["none", "none", "low", "medium", "high"][n % 5],
  tags: n % 3 ? [] : ["home", "garden"].slice(0, 1 + (n % 2)),
  completed: n % 6 === 0,
});

// Does something with a server, and with one who signed up there.
export async function served(act) {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-measured-"));
  const server = new Server(folder);
  try {
    await server.start({ RUST_LOG: "error" });
    const { user, token } = await server.person("Ada");
    const ada = { user, token };
    await act(server, ada);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

// As many tasks as that, besides those that are there.
export async function addTasks(server, person, count) {
  let next = 0;
  const add = async () => {
    while (next < count) await server.addTask(person, sample((next += 1)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, add));
}

// The cookie of a session, as `context.addCookies` takes it.
export async function session(server) {
  const response = await fetch(`${server.url}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: "ada@example.com", password: PASSWORD }),
  });
  const [, name, value] = response.headers.getSetCookie()[0].match(/^([^=]+)=([^;]*)/);
  return { name, value, url: server.url };
}

// Does something with a browser that has no history, and listens to tools on a port.
export async function browsed(act) {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "holdfast-browser-"));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: browser(),
    viewport: null,
    args: [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), "--disable-gpu", "--no-first-run", `--remote-debugging-port=${port}`],
  });
  try {
    await act(context, port);
  } finally {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function freePort() {
  const listener = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => listener.once("listening", resolve));
  const { port } = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  return port;
}

// Columns that line up: the first to the left, the others to the right.
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  return rows
    .map((row) => row.map((cell, column) => (column ? String(cell).padStart(widths[column]) : String(cell).padEnd(widths[column]))).join("  "))
    .join("\n");
}
