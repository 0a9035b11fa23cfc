// Prints the Chromium that the tests use: the one that CHROMIUM names, one that is installed, or Playwright's own.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "@playwright/test";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

export function browser() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const installed = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [process.env.CHROMIUM, ...installed, chromium.executablePath()].find((path) => {
    try {
      accessSync(path ?? "", constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const path = browser();
  if (path) console.log(path);
  else process.exitCode = 1;
}
