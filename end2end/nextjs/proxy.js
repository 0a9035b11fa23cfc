// Before each route (`middleware.js` before Next.js 16): visitors without a session cookie are sent to sign in, and `/api` is passed on
// to Holdfast where it has the accounts. In an app with one address for all, `rewrites` in next.config.mjs does the same.
import { getSessionCookie } from "better-auth/cookies";
import { NextResponse } from "next/server";

import { HOLDFAST, MODE } from "./lib/config.js";

export function proxy(request) {
  const { pathname, search } = request.nextUrl;
  if (pathname.startsWith("/api/")) {
    return MODE === "rewrites" ? NextResponse.rewrite(new URL(pathname + search, HOLDFAST)) : NextResponse.next();
  }
  return getSessionCookie(request) ? NextResponse.next() : NextResponse.redirect(new URL("/sign-in", request.url));
}

export const config = { matcher: ["/tasks", "/api/:path*"] };
