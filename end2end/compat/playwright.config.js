// The Next.js front end in a real browser: `npx playwright test --config compat`.
import base from "../playwright.config.js";

export default { ...base, testDir: ".", globalSetup: "../postgres.js", outputDir: "../test-results", workers: 1 };
