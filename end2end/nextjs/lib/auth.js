// The Better Auth of this app, which signs its tokens with a key of its own (EdDSA) and publishes it under `/api/auth/jwks`.
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { jwt } from "better-auth/plugins";

// Next.js loads this file once for each kind of route.
globalThis.accounts ??= { user: [], session: [], account: [], verification: [], jwks: [] };

export const auth = betterAuth({
  baseURL: process.env.BETTER_AUTH_URL,
  secret: "of the tests alone, and long enough for them",
  database: memoryAdapter(globalThis.accounts),
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
  plugins: [jwt()],
});
