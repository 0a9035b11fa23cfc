// A picture of every state of every page, at the widths of a phone and of a laptop, light and dark, and a page that shows
// each beside the one of before.
//
// BEFORE=folder: the pictures of before (else those of the last run). BEFORE_BINARY=file: they are taken of that release.
// ONLY=text: the states alone whose name has it.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "@playwright/test";
import { browser } from "./browser.js";
import { STATES } from "./tests/states.js";
import { Server, awake } from "./tests/support.js";

const WIDTHS = [320, 390, 768, 1280];
const SCHEMES = ["light", "dark"];
const AT_ONCE = 2;
const OUT = fileURLToPath(new URL("../target/pictures/", import.meta.url));
const NEW = join(OUT, "new");
const OLD = join(OUT, "before");

// What is seen and no test needs as a state of its own.
const of = (query) => async (page, server) => {
  await STATES.dated(page, server);
  await page.goto(`/tasks?${query}`);
  await awake(page);
};
const MORE = {
  today: of("due=by_today"),
  upcoming: of("due=upcoming&sort=due_date"),
  completed: of("status=completed&sort=updated_at"),
  comfortable: async (page, server) => {
    await page.context().addCookies([{ name: "density", value: "comfortable", url: server.url }]);
    await STATES.dated(page, server);
  },
  compact: async (page, server) => {
    await page.context().addCookies([{ name: "density", value: "compact", url: server.url }]);
    await STATES.dated(page, server);
  },
  // Not in every release.
  trash: async (page, server) => {
    await STATES.toast(page, server);
    if ((await page.goto("/trash")).status() === 404) throw new Missing("there is no such page");
  },
};

class Missing extends Error {}

// Takes all pictures of one release; says which states it could not be brought into.
async function take(binary, folder) {
  mkdirSync(folder, { recursive: true });
  const args = [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), "--disable-gpu", "--hide-scrollbars"];
  const chrome = await chromium.launch({ executablePath: browser(), args });
  const states = Object.entries({ ...STATES, ...MORE }).filter(([state]) => state.includes(process.env.ONLY ?? ""));
  const failed = [];
  const next = async () => {
    for (let state = states.shift(); state; state = states.shift()) {
      const [name, open] = state;
      try {
        await takeState(chrome, binary, name, open, folder);
        console.log(name);
      } catch (error) {
        console.log(`${name}: ${error instanceof Missing ? error.message : error}`);
        if (!(error instanceof Missing)) failed.push(name);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  await chrome.close();
  return failed;
}

async function takeState(chrome, binary, name, open, folder) {
  const data = mkdtempSync(join(tmpdir(), "holdfast-pictures-"));
  const server = new Server(data, binary);
  await server.start({ RUST_LOG: "error" });
  const context = await chrome.newContext({ baseURL: server.url, reducedMotion: "reduce" });
  context.setDefaultTimeout(15_000);
  try {
    const page = await context.newPage();
    await open(page, server);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: width < 700 ? 844 : 800 });
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true, animations: "disabled" });
      }
    }
  } finally {
    await context.close();
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

const names = (folder) => (existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".png")) : []);
const bytes = (folder, name) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name)) : undefined);

// One section a state; the pictures of one width and scheme side by side, before and now.
function page() {
  const all = [...new Set([...names(OLD), ...names(NEW)])];
  const rank = Object.keys({ ...STATES, ...MORE });
  const states = new Map();
  const counts = { same: 0, changed: 0, new: 0, gone: 0 };
  for (const name of all) {
    const [, state, width, scheme] = name.match(/^(.+)-(\d+)-(\w+)\.png$/) ?? [];
    if (!state) continue;
    const [before, now] = [bytes(OLD, name), bytes(NEW, name)];
    const kind = !before ? "new" : !now ? "gone" : before.equals(now) ? "same" : "changed";
    counts[kind] += 1;
    states.set(state, [...(states.get(state) ?? []), { name, width: Number(width), scheme, kind }]);
  }
  const image = (folder, { name, kind }, missing) =>
    kind === missing ? "" : `<a href="${folder}/${name}"><img loading="lazy" src="${folder}/${name}" alt=""></a>`;
  const figure = (shot) => `<figure class="${shot.kind} ${shot.scheme} w${shot.width}">
<figcaption>${shot.width} px, ${shot.scheme}: ${shot.kind}</figcaption>
<div>${image("before", shot, "new")}${image("new", shot, "gone")}</div></figure>`;
  const section = ([state, shots]) => `<section id="${state}"><h2>${state}</h2><div class="shots">
${shots
  .toSorted((a, b) => b.width - a.width || b.scheme.localeCompare(a.scheme))
  .map(figure)
  .join("\n")}
</div></section>`;
  const sorted = [...states].toSorted(([a], [b]) => rank.indexOf(a) - rank.indexOf(b));
  const said = Object.entries(counts)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(", ");
  const box = (id, label, isChecked) => `<label><input type="checkbox" id="${id}"${isChecked ? " checked" : ""}> ${label}</label>`;
  return `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Holdfast in pictures</title><style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 1rem 2rem } nav { position: sticky; top: 0; z-index: 1; padding-block: .5rem; background: Canvas } nav > * { margin-inline-end: 1rem }
.shots { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start } figure { margin: 0 } figure > div { display: flex; gap: 4px; align-items: flex-start }
figcaption { font-size: .875rem } .changed figcaption, .new figcaption, .gone figcaption { font-weight: 600 }
img { display: block; width: 20rem; border: 1px solid GrayText } .w320 img, .w390 img { width: 10rem } .w1280 img { width: 28rem }
body:has(#same:not(:checked)) .same, body:has(#light:not(:checked)) .light, body:has(#dark:not(:checked)) .dark { display: none }
body:has(#before:not(:checked)) figure:not(.new, .gone) a:first-child { display: none }
section:not(:has(figure:not(.same))) { order: 1 }
</style><h1>Holdfast in pictures</h1><p>${said}: at the left of each the one of before, at the right the new one.</p>
<nav>${box("same", "the same too", counts.changed === 0)}${box("before", "those of before", true)}${box("light", "light", true)}${box("dark", "dark", true)}
<details><summary>States</summary>${sorted.map(([state]) => `<a href="#${state}">${state}</a>`).join(" ")}</details></nav>
${sorted.map(section).join("\n")}</html>
`;
}

// A part of the states is taken anew; the others stay.
if (!process.env.ONLY && existsSync(NEW)) {
  rmSync(OLD, { recursive: true, force: true });
  renameSync(NEW, OLD);
}
if (process.env.BEFORE || process.env.BEFORE_BINARY) rmSync(OLD, { recursive: true, force: true });
if (process.env.BEFORE) cpSync(resolve(process.env.BEFORE), OLD, { recursive: true });
if (process.env.BEFORE_BINARY) {
  console.log("Before:");
  await take(resolve(process.env.BEFORE_BINARY), OLD);
  console.log("Now:");
}
const failed = await take(process.env.HOLDFAST_BINARY, NEW);
writeFileSync(join(OUT, "index.html"), page());
console.log(`\n${names(NEW).length} pictures: ${pathToFileURL(join(OUT, "index.html"))}`);
if (failed.length > 0) {
  console.log(`Not every state could be reached: ${failed.join(", ")}`);
  process.exitCode = 1;
}
