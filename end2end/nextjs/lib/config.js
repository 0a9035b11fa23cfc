// Where accounts and tasks are, read when the server starts:
// - `own`: this app keeps its Better Auth, Holdfast has the tasks.
// - `rewrites`: Holdfast has both, and this app passes on what is asked of `/api`.
// - `direct`: Holdfast has both, and the browser asks it by its own address.
export const MODE = process.env.MODE ?? "own";
export const HOLDFAST = process.env.HOLDFAST_URL ?? "http://127.0.0.1:3000";

// What the browser is to know. An empty address is that of the page.
export const ADDRESSES = {
  auth: MODE === "direct" ? HOLDFAST : "",
  tasks: MODE === "rewrites" ? "" : HOLDFAST,
};
