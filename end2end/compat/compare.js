// Better Auth and Holdfast side by side: one script of calls against both, every difference with its reason in docs/better-auth.md.
import "./production.js";

import { readFileSync } from "node:fs";

import { Actor } from "./actor.js";
import { client } from "./client.js";
import { endpoints } from "./endpoints.js";
import { startBetterAuth, startHoldfast } from "./sides.js";
import { STORIES } from "./stories.js";

const DOCUMENT = new URL("../../docs/better-auth.md", import.meta.url);
const ABSENT = "–";
// The sections of the document whose rows are about every endpoint alike.
const GENERAL = /In every answer|Words/;

async function script(side) {
  const actor = new Actor(side);
  await endpoints(actor);
  for (const story of Object.values(STORIES)) await story(actor);
  await client(actor);
  return actor.seen;
}

// A pattern of the document as an expression: `*` is any text.
const expression = (pattern) =>
  new RegExp(
    `^${pattern
      .split("*")
      .map((part) => part.replace(/[.?+^$()[\]{}|\\]/g, "\\$&"))
      .join(".*")}$`,
    "s",
  );

// The rows of the tables whose first column is `id`: which calls, which aspects, what Better Auth and Holdfast answer.
function explained() {
  const rows = [];
  let isTable = false;
  let section = "";
  for (const line of readFileSync(DOCUMENT, "utf8").split("\n")) {
    if (line.startsWith("#")) section = line;
    if (!line.startsWith("|")) {
      isTable = false;
      continue;
    }
    const cells = line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("\\|", "|"));
    if (cells[0] === "id") isTable = true;
    else if (isTable && !/^-+$/.test(cells[0])) {
      const [id, ...patterns] = cells;
      // Each cell has one pattern or several, in backticks.
      const [calls, aspects, theirs, ours] = patterns.map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, pattern]) => expression(pattern)));
      rows.push({ id, isGeneral: GENERAL.test(section), calls, aspects, theirs, ours, uses: 0 });
    }
  }
  return rows;
}

// Where the answers are others (status and code), what else differs follows from that.
function differences(theirs, ours) {
  const isRedirect = ({ answer }) => /^30[23]$/.test(answer);
  if (theirs.answer !== ours.answer && !(isRedirect(theirs) && isRedirect(ours))) {
    return [{ aspect: "answer", theirs: theirs.answer, ours: ours.answer }];
  }
  const aspects = new Set([...Object.keys(theirs), ...Object.keys(ours)]);
  return [...aspects]
    .map((aspect) => ({ aspect, theirs: theirs[aspect] ?? ABSENT, ours: ours[aspect] ?? ABSENT }))
    .filter(({ theirs, ours }) => theirs !== ours);
}

const short = (seen) => seen.answer ?? Object.values(seen).join(" ").slice(0, 40);

async function main() {
  const started = Date.now();
  const sides = await Promise.all([startBetterAuth(), startHoldfast()]);
  const [theirs, ours] = await Promise.all(sides.map(script)).finally(() => Promise.all(sides.map((side) => side.stop())));
  const rows = explained();
  const unexplained = [];
  let [same, alike] = [0, 0];
  for (const [index, { name, seen }] of theirs.entries()) {
    const found = ours[index];
    if (found?.name !== name) throw new Error(`the scripts parted at ${name}`);
    const reasons = new Set();
    let isAlike = true;
    for (const difference of differences(seen, found.seen)) {
      const matches = (patterns, text) => patterns.some((pattern) => pattern.test(text));
      const row = rows.find(
        ({ calls, aspects, theirs, ours }) =>
          matches(calls, name) && matches(aspects, difference.aspect) && matches(theirs, difference.theirs) && matches(ours, difference.ours),
      );
      if (row) {
        row.uses += 1;
        reasons.add(row.id);
        isAlike &&= row.isGeneral;
      } else {
        unexplained.push({ name, ...difference });
        reasons.add("UNEXPLAINED");
        isAlike = false;
      }
    }
    if (reasons.size === 0) same += 1;
    else if (isAlike) alike += 1;
    console.log(`${name.padEnd(64)} ${short(seen).padEnd(44)} ${short(found.seen).padEnd(44)} ${[...reasons].join(", ") || "same"}`);
  }
  const idle = rows.filter(({ uses }) => uses === 0);
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  console.log(
    `\n${theirs.length} calls in ${seconds} s: ${same} the same to the letter, ${alike} but for the form and words of every answer, ${theirs.length - same - alike} with differences of their own, of which ${unexplained.length} have no reason.`,
  );
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
