// Every page in every state: accessible by axe in both schemes, nothing wider than the window, and a picture of it.
import AxeBuilder from "@axe-core/playwright";
import { fileURLToPath } from "node:url";
import { PASSWORD, awake, expect, signIn, test } from "./support.js";

const SAMPLE = [
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

// Opens the page in that state.
const STATES = {
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
    await page.getByRole("button", { name: "Edit: Renew the passport" }).click();
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
    const [cookie] = await page.context().cookies();
    await fetch(`${server.url}/api/auth/sign-out`, { method: "POST", headers: { authorization: `Bearer ${cookie.value}` } });
    await page.getByRole("checkbox").first().click();
    await expect(page.getByText("Your session has expired")).toBeVisible();
  },
};

test.use({ expectedComplaint: /Failed to load resource/ });

for (const [state, open] of Object.entries(STATES)) {
  test(`${state}: axe finds nothing in either scheme, and the page is no wider than the window`, async ({ page, server }) => {
    await open(page, server);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const width of [1280, 768, 320]) {
        await page.setViewportSize({ width, height: 720 });
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
        await page.screenshot({ path: test.info().outputPath(`${state}-${width}-${colorScheme}.png`), fullPage: true });
      }
    }
  });
}

test("the README's picture", async ({ page, server }) => {
  await page.setViewportSize({ width: 880, height: 640 });
  await STATES.full(page, server);
  await expect(page.getByRole("listitem")).toHaveCount(SAMPLE.length);
  const path = process.env.UPDATE_PICTURES ? fileURLToPath(new URL("../tasks.png", import.meta.url)) : test.info().outputPath("tasks.png");
  await page.screenshot({ path });
});

test("a page without islands ships no script of ours", async ({ page, server }) => {
  const scripts = [];
  page.on("request", (request) => scripts.push(request.url()));
  await page.goto("/");
  await page.waitForLoadState("networkidle");
  expect(scripts.filter((url) => /\.(js|wasm)$/.test(url))).toEqual([]);
});

test("assets are kept for ever under a name of their own, and small", async ({ page, server, request }) => {
  const sizes = {};
  page.on("response", async (response) => {
    const name = new URL(response.url()).pathname.match(/^\/pkg-[0-9a-f]+\/holdfast\.(\w+)$/)?.[1];
    if (!name) return;
    expect(response.headers()["cache-control"]).toBe("public, max-age=31536000, immutable");
    sizes[name] = (await request.get(response.url(), { headers: { "accept-encoding": "br" } })).headers()["content-length"];
  });
  await page.goto("/signin");
  await page.waitForLoadState("networkidle");
  await expect.poll(() => Object.keys(sizes).sort()).toEqual(["css", "js", "wasm"]);
  const total = Object.values(sizes).reduce((sum, size) => sum + Number(size), 0);
  test.info().annotations.push({ type: "first page in bytes of brotli", description: JSON.stringify({ ...sizes, total }) });
  console.log(`first page: ${total} bytes of brotli`, sizes);
  expect(total).toBeLessThanOrEqual(110_000);
});
