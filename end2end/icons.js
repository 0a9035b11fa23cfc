// Draws the PNGs of the manifest, and that of an iPhone's home screen, from their SVGs.
import { readFileSync, writeFileSync } from "node:fs";
import { chromium } from "@playwright/test";
import { browser } from "./browser.js";

const ASSETS = new URL("../style/assets/", import.meta.url);
const ICONS = [
  ["icon.svg", "icon-192.png", 192],
  ["icon.svg", "icon-512.png", 512],
  ["icon-maskable.svg", "icon-maskable-192.png", 192],
  ["icon-maskable.svg", "icon-maskable-512.png", 512],
  // The system rounds its corners, and would fill what is transparent with black.
  ["icon-maskable.svg", "apple-touch-icon.png", 180],
];

const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
const chrome = await chromium.launch({ executablePath: browser(), args });
try {
  const page = await chrome.newPage({ deviceScaleFactor: 1 });
  for (const [from, to, size] of ICONS) {
    await page.setViewportSize({ width: size, height: size });
    await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>${readFileSync(new URL(from, ASSETS), "utf8")}`);
    writeFileSync(new URL(to, ASSETS), await page.screenshot({ omitBackground: true }));
    console.log(`style/assets/${to}: ${size} px`);
  }
} finally {
  await chrome.close();
}
