import { defineConfig } from "@playwright/test";
import { browser } from "./browser.js";

// What shows, sounds and feels the same whatever the database is. The Rust tests run on both, so here PostgreSQL is for what goes
// all the way: accounts and sessions, lists with their order and search, changes that wait or collide, live events, the trash.
const SAME_ON_EVERY_DATABASE = "**/{accessible,appearance,home,install,keys,looks,notes,touch}.spec.js";

export default defineConfig({
  testDir: "./tests",
  testIgnore: process.env.TEST_DATABASE === "postgres" ? SAME_ON_EVERY_DATABASE : [],
  globalSetup: "./postgres.js",
  outputDir: "./test-results",
  fullyParallel: true,
  workers: 2,
  // A test that fails now and then is a bug, not bad luck.
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    // Recording takes a fifth of the processor's time: `--trace on` records one test that fails.
    trace: "off",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: browser(),
      args: [
        // As root there is no sandbox to have.
        ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
        "--disable-gpu",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
      ],
    },
  },
});
