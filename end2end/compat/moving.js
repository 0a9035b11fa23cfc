// Moving in from what the real libraries keep: Better Auth makes users and sessions on PostgreSQL, SQLModel makes tables of tasks
// there and on SQLite. Afterwards these users sign in with their old passwords, their live cookies work, and their tasks answer
// under their old ids. The commands of docs/moving-in.md are run word for word for the first of them.
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { execFile, spawn } from "node:child_process";
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";

import setUp, { databaseEnvironment } from "../postgres.js";
import { PASSWORD, Server } from "../tests/support.js";

const run = promisify(execFile);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const PYTHON = process.env.PYTHON ?? here("../../.tools/peer/bin/python");
const GUIDE = here("../../docs/moving-in.md");
const SECRET = "0uYq7Vg2kXo4Rz9bT1mWn5cJ8dLs3eHfA6pQ";
const ADA = "ada@example.com";

// Shape, id of Ada's task, and what the old API said of it.
const MILK = { title: "Buy milk", completed: true };
const DAY = { due_date: "2026-03-01" };
const MADE = { created_at: "2025-03-01T10:00:00.250Z" };
const TAGS = { tags: ["home", "shop"] };
const UUID = "0199aa00-0000-7000-8000-000000000007";
const ON_POSTGRES = [
  ["integers", "7", { ...MILK, ...MADE, description: "two" }],
  ["uuid_and_flags", UUID, { ...MILK, ...MADE, ...DAY, priority: "high" }],
  ["status_and_json", "7", { ...MILK, ...MADE, ...DAY, ...TAGS }],
  ["camel_case_and_arrays", "cm5abc", { ...MILK, ...DAY, ...TAGS, priority: "high" }],
];
const ON_SQLITE = [
  ["integers", "7", { ...MILK, ...MADE, description: "two" }],
  ["uuid_and_flags", UUID, { ...MILK, ...MADE, ...DAY, priority: "high" }],
  ["status_and_json", "7", { ...MILK, ...MADE, ...DAY, ...TAGS }],
  ["tags_of_their_own", "7", { ...MILK, ...DAY, ...TAGS }],
  ["words", "V1StGXR8", { ...MILK, ...DAY, ...TAGS, description: "two", priority: "high" }],
];

// Better Auth with two people; their cookies.
async function makeUsers(connectionString) {
  const pool = new pg.Pool({ connectionString });
  const auth = betterAuth({
    baseURL: "http://old.example",
    secret: SECRET,
    database: pool,
    emailAndPassword: { enabled: true },
    telemetry: { enabled: false },
    logger: { disabled: true },
  });
  await (await getMigrations(auth.options)).runMigrations();
  const people = [];
  for (const name of ["Ada", "Bob"]) {
    const body = JSON.stringify({ name, email: `${name.toLowerCase()}@example.com`, password: PASSWORD });
    const request = new Request("http://old.example/api/auth/sign-up/email", { method: "POST", headers: { "content-type": "application/json" }, body });
    const response = await auth.handler(request);
    assert.equal(response.status, 200);
    const cookie = response.headers.getSetCookie().find((text) => text.startsWith("better-auth.session_token="));
    people.push({ ...(await response.json()).user, cookie: cookie.split(";")[0].split("=")[1] });
  }
  await pool.end();
  return people;
}

async function shapeOnPostgres(connectionString, shape, people) {
  const { stdout } = await run(PYTHON, [here("shapes.py"), shape, ...people.map((person) => person.id)]);
  const client = new pg.Client({ connectionString });
  await client.connect();
  for (const line of stdout.trim().split("\n")) await client.query(...JSON.parse(line));
  await client.end();
}

// What a table or a file holds, to see that nothing was written there.
const fingerprint = (path) => readFileSync(path).toString("base64");

async function signIn(url, email) {
  const body = JSON.stringify({ email, password: PASSWORD });
  const response = await fetch(`${url}/api/auth/sign-in/email`, { method: "POST", headers: { "content-type": "application/json" }, body });
  assert.equal(response.status, 200, `${email} signs in with the old password`);
  return { ...(await response.json()), cookieName: response.headers.getSetCookie()[0].split("=")[0] };
}

// Everything that must be so after a move.
async function check(url, people, id, expected) {
  const { user, token, cookieName } = await signIn(url, ADA);
  if (people[0].id) assert.equal(user.id, people[0].id, "the id stays");
  const response = await fetch(`${url}/api/${user.id}/tasks/${id}`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(response.status, 200, `the task answers under ${id}`);
  const task = await response.json();
  for (const [member, value] of Object.entries(expected)) assert.deepEqual(task[member], value, member);
  await signIn(url, "bob@example.com");
  if (!people[0].cookie) return;
  const session = (cookie) => fetch(`${url}/api/auth/get-session`, { headers: { cookie: `${cookieName}=${cookie}` } }).then((answer) => answer.json());
  assert.equal((await session(people[0].cookie))?.user.email, ADA, "the live cookie works");
  assert.equal(await session(people[0].cookie.replace(/^./, (letter) => (letter === "x" ? "y" : "x"))), null, "a forged one does not");
}

async function freePort() {
  const listener = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => listener.once("listening", resolve));
  const { port } = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  return port;
}

// Imports, and serves what came over.
async function move(from, target, people, id, expected) {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-moving-"));
  const server = new Server(folder);
  try {
    server.database = target === "postgres" ? await databaseEnvironment() : {};
    const environment = { ...process.env, ...server.database, BETTER_AUTH_SECRET: SECRET, IMPORT_FROM: from };
    const command = (...more) => run(server.binary, ["import", "--data-dir", join(folder, "data"), ...more], { env: environment, cwd: folder });
    await command("--dry-run");
    const { stdout } = await command();
    const again = await command();
    for (const kind of ["users", "tasks"]) {
      const [read, taken] = stdout
        .match(new RegExp(`^${kind} +(\\d+) +(\\d+)`, "m"))
        .slice(1)
        .map(Number);
      assert.equal(taken + Number(kind === "tasks" && /had been deleted there/.test(stdout)), read, stdout);
      assert.match(again.stdout, new RegExp(`^${kind} +${read} +0 +${taken} `, "m"), "a second time takes nothing");
    }
    await server.start({ BETTER_AUTH_SECRET: SECRET, AUTH_COOKIE: "better-auth", RUST_LOG: "info" });
    await check(server.url, people, id, expected);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

// Runs the commands of the guide as they stand there, in a folder with the old system's `.env`.
async function follow(from, people, id, expected) {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-guide-"));
  const port = await freePort();
  const path = `${dirname(new Server(folder).binary)}:${process.env.PATH}`;
  writeFileSync(join(folder, "old.env"), `DATABASE_URL="${from}"\nBETTER_AUTH_SECRET="${SECRET}"\n`);
  const blocks = [...readFileSync(GUIDE, "utf8").matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text]) => text);
  assert.ok(blocks.length >= 3, "the guide has its commands");
  const script = join(folder, "guide.sh");
  // The last command serves until it is stopped.
  writeFileSync(script, `set -eu\n${blocks.join("\n")}`);
  const server = {};
  const { DATABASE_URL, ...environment } = process.env;
  try {
    // A group of its own, so that what the script starts ends with it.
    server.process = spawn("/bin/bash", [script], {
      cwd: folder,
      env: { ...environment, PATH: path, LISTEN: `127.0.0.1:${port}` },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let said = "";
    await new Promise((resolve, reject) => {
      const hear = (text) => {
        said += text;
        if (/is ready on/.test(said)) resolve();
      };
      server.process.stdout.on("data", hear);
      server.process.stderr.on("data", hear);
      server.process.once("exit", (status) => reject(new Error(`the guide ended with ${status}: ${said}`)));
    });
    await check(`http://127.0.0.1:${port}`, people, id, expected);
  } finally {
    if (server.process?.exitCode === null) {
      const ended = new Promise((resolve) => server.process.once("exit", resolve));
      process.kill(-server.process.pid, "SIGTERM");
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

if (!existsSync(PYTHON)) throw new Error(`there is no ${PYTHON}: run make compat-moving, which makes it`);
process.env.TEST_DATABASE = "postgres";
const tearDown = await setUp();
const folder = mkdtempSync(join(tmpdir(), "holdfast-sources-"));
try {
  for (const [index, [shape, id, expected]] of ON_POSTGRES.entries()) {
    const { DATABASE_URL: from } = await databaseEnvironment();
    const people = await makeUsers(from);
    await shapeOnPostgres(from, shape, people);
    if (index === 0) await follow(from, people, id, expected);
    for (const target of ["sqlite", "postgres"]) {
      await move(from, target, people, id, expected);
      console.log(`Better Auth and ${shape}, PostgreSQL to ${target}: moved`);
    }
  }
  for (const [shape, id, expected] of ON_SQLITE) {
    const file = join(folder, `${shape}.db`);
    await run(PYTHON, [here("shapes.py"), shape, "-", "-", file]);
    const before = fingerprint(file);
    for (const target of ["sqlite", "postgres"]) {
      await move(`sqlite:${file}`, target, [{}], id, expected);
      assert.equal(fingerprint(file), before, "the source is as it was");
      console.log(`SQLModel and ${shape}, SQLite to ${target}: moved`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
  await tearDown?.();
}
