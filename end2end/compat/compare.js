// Better Auth and Holdfast side by side: one script of calls against both, every difference with its reason in docs/better-auth.md.
import { readFileSync } from "node:fs";

import { Actor } from "./actor.js";
import { client } from "./client.js";
import { endpoints } from "./endpoints.js";
import { startBetterAuth, startHoldfast } from "./sides.js";
import { STORIES } from "./stories.js";

const DOCUMENT = new URL("../../docs/better-auth.md", import.meta.url);
const ABSENT = "–";

async function script(side) {
  const actor = new Actor(side);
  await endpoints(actor);
  for (const story of Object.values(STORIES)) await story(actor);
  await client(actor);
  return actor.seen;
}

// A pattern of the document as an expression: `*` is any text.
const expression = (pattern) => new RegExp(`^${pattern.split("*").map((part) => part.replace(/[.?+^$()[\]{}|\\]/g, "\\$&")).join(".*")}$`, "s");

// The rows of the tables whose first column is `id`: which calls, which aspects, what Better Auth and Holdfast answer.
function explained() {
  const rows = [];
  let isTable = false;
  for (const line of readFileSync(DOCUMENT, "utf8").split("\n")) {
    if (!line.startsWith("|")) {
      isTable = false;
      continue;
    }
    const cells = line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim().replaceAll("\\|", "|"));
    if (cells[0] === "id") isTable = true;
    else if (isTable && !/^-+$/.test(cells[0])) {
      const [id, calls, aspects, theirs, ours] = cells.map((cell) => cell.replace(/`/g, ""));
      const any = (cell) => cell.split(" or ").map(expression);
      rows.push({ id, calls: any(calls), aspects: any(aspects), theirs: any(theirs), ours: any(ours), uses: 0 });
    }
  }
  return rows;
}

// Where the answers are others (status and code), what else differs follows from that.
function differences(theirs, ours) {
  if (theirs.answer !== ours.answer) return [{ aspect: "answer", theirs: theirs.answer, ours: ours.answer }];
  const aspects = new Set([...Object.keys(theirs), ...Object.keys(ours)]);
  return [...aspects].map((aspect) => ({ aspect, theirs: theirs[aspect] ?? ABSENT, ours: ours[aspect] ?? ABSENT })).filter(({ theirs, ours }) => theirs !== ours);
}

const short = (seen) => seen.answer ?? Object.values(seen).join(" ").slice(0, 40);

async function main() {
  const started = Date.now();
  const sides = await Promise.all([startBetterAuth(), startHoldfast()]);
  const [theirs, ours] = await Promise.all(sides.map(script)).finally(() => Promise.all(sides.map((side) => side.stop())));
  const rows = explained();
  const unexplained = [];
  let same = 0;
  for (const [index, { name, seen }] of theirs.entries()) {
    const found = ours[index];
    if (found?.name !== name) throw new Error(`the scripts parted at ${name}`);
    const reasons = new Set();
    for (const difference of differences(seen, found.seen)) {
      const matches = (patterns, text) => patterns.some((pattern) => pattern.test(text));
      const row = rows.find(({ calls, aspects, theirs, ours }) => matches(calls, name) && matches(aspects, difference.aspect) && matches(theirs, difference.theirs) && matches(ours, difference.ours));
      if (row) {
        row.uses += 1;
        reasons.add(row.id);
      } else {
        unexplained.push({ name, ...difference });
        reasons.add("UNEXPLAINED");
      }
    }
    if (reasons.size === 0) same += 1;
    console.log(`${name.padEnd(64)} ${short(seen).padEnd(44)} ${short(found.seen).padEnd(44)} ${[...reasons].join(", ") || "same"}`);
  }
  const idle = rows.filter(({ uses }) => uses === 0);
  console.log(`\n${theirs.length} calls in ${((Date.now() - started) / 1000).toFixed(0)} s: ${same} the same, ${theirs.length - same} with differences that have a reason or none.`);
  const kinds = new Map();
  for (const { name, aspect, theirs, ours } of unexplained) {
    const kind = `${aspect}: ${theirs} ≠ ${ours}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), name]);
  }
  for (const [kind, names] of kinds) console.log(`unexplained: ${kind} (${names.length}: ${names.slice(0, 6).join("; ")})`);
  for (const { id } of idle) console.log(`no longer different: row ${id} of docs/better-auth.md`);
  if (unexplained.length || idle.length) process.exitCode = 1;
}

await main();
