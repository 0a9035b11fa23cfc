// The two servers that are compared, each behind the same few functions: the real Better Auth, and Holdfast.
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { bearer, jwt } from "better-auth/plugins";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Server } from "../tests/support.js";

// A front end on another origin that both trust. Nothing listens there.
export const FRONT_END = "http://front-end.example:8080";

// Cheap hashes on both sides: what is compared is not how they are made.
const CHEAP = {
  hash: async (password) => createHash("sha256").update(password).digest("hex"),
  verify: async ({ hash, password }) => hash === createHash("sha256").update(password).digest("hex"),
};

// Better Auth, set up to do what Holdfast does: passwords, links by mail, a new address, deletion, tokens in a header.
export async function startBetterAuth() {
  const mails = [];
  const mail = (kind) => async (data) => void mails.push({ kind, to: data.user.email, url: data.url, token: data.token });
  const http = createServer((request, response) => handle(request, response));
  await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${http.address().port}`;
  const auth = betterAuth({
    baseURL: url,
    secret: "only for this comparison, and long enough",
    database: memoryAdapter({ user: [], session: [], account: [], verification: [], jwks: [] }),
    emailAndPassword: { enabled: true, sendResetPassword: mail("reset"), revokeSessionsOnPasswordReset: true, password: CHEAP },
    emailVerification: { sendVerificationEmail: mail("verify") },
    user: { changeEmail: { enabled: true }, deleteUser: { enabled: true } },
    trustedOrigins: [FRONT_END],
    rateLimit: { enabled: false },
    logger: { disabled: true },
    telemetry: { enabled: false },
    plugins: [bearer(), jwt()],
  });
  const handle = toNodeHandler(auth);
  const stop = () => {
    http.closeAllConnections();
    return new Promise((resolve) => http.close(resolve));
  };
  return { name: "Better Auth", url, cookie: "better-auth.session_token", mails: () => mails, stop };
}

export async function startHoldfast(environment = {}, cookie = "holdfast_session") {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-compat-"));
  const server = new Server(folder);
  const cheap = { ARGON2_MEMORY: "64", ARGON2_PASSES: "1", RATE_LIMIT: "off", RUST_LOG: "info" };
  await server.start({ ...cheap, TRUSTED_ORIGINS: FRONT_END, ...environment });
  const read = (text) => {
    const url = text.match(/^http.*$/m)?.[0].trim();
    const token = url && (new URL(url).searchParams.get("token") ?? url.match(/reset-password\/([^?]+)/)?.[1]);
    const subject = text.match(/^Subject: (.*)$/m)[1].trim();
    return { kind: subject, to: text.match(/^To: (.*)$/m)[1].trim(), url, token };
  };
  const stop = async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { name: "Holdfast", url: server.url, cookie, mails: () => server.mails().map(read), stop };
}
