"use client";
// The official client, for React, where the accounts are.
import { createAuthClient } from "better-auth/react";
import { jwtClient } from "better-auth/client/plugins";

const clients = new Map();

export function authClient(address) {
  const baseURL = address || window.location.origin;
  if (!clients.has(baseURL)) clients.set(baseURL, createAuthClient({ baseURL, plugins: [jwtClient()] }));
  return clients.get(baseURL);
}
