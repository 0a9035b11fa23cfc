import { defineConfig } from "@playwright/test";
import { browser } from "./browser.js";

export default defineConfig({
  testDir: "./tests",
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
    trace: "retain-on-failure",
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
