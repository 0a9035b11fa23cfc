// Who is signed in, for components that are rendered on the server.
import { headers } from "next/headers";

import { auth } from "./auth.js";
import { HOLDFAST, MODE } from "./config.js";

export async function currentSession() {
  const asked = await headers();
  if (MODE === "own") return auth.api.getSession({ headers: asked });
  // `auth.api` reads the database of this app, which has no accounts then: Holdfast is asked by HTTP.
  const answer = await fetch(`${HOLDFAST}/api/auth/get-session`, { headers: { cookie: asked.get("cookie") ?? "" }, cache: "no-store" });
  return answer.ok ? answer.json() : null;
}
