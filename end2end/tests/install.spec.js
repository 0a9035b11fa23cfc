// What a browser needs to install Holdfast as an app.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { browser } from "../browser.js";
import { isDark } from "./states.js";
import { expect, test } from "./support.js";

// The pixels of a PNG, as its head says.
const sizeOf = (png) => `${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`;

test("Chromium finds nothing that keeps it from installing", async ({ server }) => {
  // The usual pages of a test are private windows, which install nothing.
  const folder = mkdtempSync(join(tmpdir(), "holdfast-browser-"));
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const context = await chromium.launchPersistentContext(folder, { executablePath: browser(), args });
  try {
    const page = await context.newPage();
    for (const path of ["/", "/signin"]) {
      await page.goto(`${server.url}${path}`);
      const devtools = await context.newCDPSession(page);
      const { url, errors, data } = await devtools.send("Page.getAppManifest");
      expect([url, errors, JSON.parse(data).start_url]).toEqual([`${server.url}/manifest.webmanifest`, [], "/tasks"]);
      expect((await devtools.send("Page.getInstallabilityErrors")).installabilityErrors).toEqual([]);
    }
  } finally {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test("every icon is what the manifest says, and of every kind there is one", async ({ request, server }) => {
  const answer = await request.get("/manifest.webmanifest");
  expect(answer.headers()["content-type"]).toBe("application/manifest+json");
  const { icons } = await answer.json();
  const seen = [];
  for (const { src, type, sizes, purpose } of icons) {
    const icon = await request.get(src);
    expect([src, icon.status(), icon.headers()["content-type"].split(";")[0]]).toEqual([src, 200, type]);
    expect(icon.headers()["cache-control"]).toMatch(/no-cache|max-age=3600/);
    if (type === "image/png") expect(sizeOf(await icon.body()), src).toBe(sizes);
    seen.push(`${purpose} ${sizes}`);
  }
  expect(seen.toSorted()).toEqual(["any 192x192", "any 512x512", "any any", "maskable 192x192", "maskable 512x512", "maskable any"]);
  const home = await (await request.get("/")).text();
  const [, touch] = home.match(/<link rel="apple-touch-icon" href="([^"]+)"/);
  expect(sizeOf(await (await request.get(touch)).body())).toBe("180x180");
  expect((await request.get(`${server.url}/`)).headers()["content-security-policy"]).toContain("manifest-src 'self'");
});

test("what is around the page has the colour of the page", async ({ page, server }) => {
  const painted = () =>
    page.evaluate(() => {
      const hex = (color) => {
        const pen = document.createElement("canvas").getContext("2d");
        pen.fillStyle = color;
        pen.fillRect(0, 0, 1, 1);
        return [...pen.getImageData(0, 0, 1, 1).data.slice(0, 3)].map((part) => part.toString(16).padStart(2, "0")).join("");
      };
      const metas = [...document.querySelectorAll("meta[name=theme-color]")];
      const [around] = metas.filter(({ media }) => !media || matchMedia(media).matches);
      return [hex(around.content), hex(getComputedStyle(document.body).backgroundColor)];
    });
  for (const theme of ["system", "light", "dark"]) {
    await page.context().addCookies([{ name: "theme", value: theme, url: server.url }]);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.goto("/");
      const [around, body] = await painted();
      expect(around, `${theme} where the system is ${colorScheme}`).toBe(body);
      expect(await isDark(page)).toBe(theme === "system" ? colorScheme === "dark" : theme === "dark");
    }
  }
});
