// With TEST_DATABASE=postgres every server of the tests has a database of its own on a PostgreSQL: the one that
// TEST_POSTGRES_URL names, else one that lives as long as the tests.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import pg from "pg";

const SCRIPT = fileURLToPath(new URL("../server/tests/postgres.sh", import.meta.url));

export default async function setUp() {
  if (process.env.TEST_DATABASE !== "postgres" || process.env.TEST_POSTGRES_URL) return undefined;
  const cluster = spawn(SCRIPT, { stdio: ["pipe", "pipe", "inherit"] });
  const [url] = await Promise.race([once(createInterface({ input: cluster.stdout }), "line"), once(cluster, "exit").then(() => [])]);
  if (!url) throw new Error("there is no PostgreSQL to test on");
  process.env.TEST_POSTGRES_URL = url;
  return async () => {
    cluster.stdin.end();
    await once(cluster, "exit");
  };
}

// What a server is told so that it has a database of its own.
let count = 0;
export async function databaseEnvironment() {
  if (process.env.TEST_DATABASE !== "postgres") return {};
  const name = `holdfast_test_${process.pid}_${(count += 1)}`;
  const client = new pg.Client({ connectionString: `${process.env.TEST_POSTGRES_URL}/postgres` });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  return { DATABASE_URL: `${process.env.TEST_POSTGRES_URL}/${name}` };
}
