// Lighthouse, as on a phone, on the four pages that everybody sees; fails where a category is below 100.
// RUNS=3: how often each page is looked at; the run in the middle counts. A machine that is busy costs performance.
import lighthouse from "lighthouse";
import { addTasks, browsed, served, session, table } from "./served.js";

const RUNS = Number(process.env.RUNS ?? 3);
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
const PATHS = ["/", "/signin", "/signup", "/tasks"];

const score = (report, category) => Math.round(report.categories[category].score * 100);

// What costs points, the most first.
function below(report, category) {
  return report.categories[category].auditRefs
    .map(({ id, weight }) => ({ ...report.audits[id], weight }))
    .filter(({ score, weight }) => weight > 0 && score !== null && score < 1)
    .sort((a, b) => b.weight * (1 - b.score) - a.weight * (1 - a.score))
    .map(({ id, score, displayValue, details }) => {
      const nodes = (details?.items ?? []).map(({ node, url, description }) => node?.snippet ?? url ?? description).filter((item) => typeof item === "string");
      return [`    ${id}: ${Math.round(score * 100)}`, displayValue, ...nodes.slice(0, 5)].filter(Boolean).join(" · ");
    });
}

const rows = [["", ...CATEGORIES]];
const why = [];
await served(async (server, ada) => {
  await addTasks(server, ada, 30);
  await browsed(async (context, port) => {
    for (const path of PATHS) {
      if (path === "/tasks") await context.addCookies([await session(server)]);
      const reports = [];
      for (let run = 0; run < RUNS; run += 1) {
        const { lhr } = await lighthouse(`${server.url}${path}`, { port, onlyCategories: CATEGORIES, logLevel: "error" });
        if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
        if (new URL(lhr.finalDisplayedUrl).pathname !== path) throw new Error(`${path} led to ${lhr.finalDisplayedUrl}`);
        reports.push(lhr);
      }
      reports.sort((a, b) => score(a, "performance") - score(b, "performance"));
      const report = reports[Math.floor(RUNS / 2)];
      rows.push([path, ...CATEGORIES.map((category) => score(report, category))]);
      for (const category of CATEGORIES.filter((category) => score(report, category) < 100)) {
        why.push(`  ${path}: ${category} ${score(report, category)}`, ...below(report, category));
      }
    }
  });
});
console.log(table(rows));
if (why.length > 0) {
  console.log(`\nBelow 100:\n${why.join("\n")}`);
  process.exitCode = 1;
}
