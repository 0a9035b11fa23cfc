// Every endpoint in every wrong way that does not depend on what the endpoint does.
import { PASSWORD } from "./actor.js";
import { FRONT_END } from "./sides.js";

// `good` makes a body that the endpoint takes, of the person who asks and an address that nobody has; `required` and `optional` are its members. `public` ones need no session.
const POSTS = [
  {
    path: "/sign-up/email",
    public: true,
    good: (person, fresh) => ({ name: "Eve", email: fresh, password: PASSWORD }),
    required: ["name", "email", "password"],
    optional: ["image", "callbackURL", "rememberMe"],
  },
  {
    path: "/sign-in/email",
    public: true,
    good: ({ email }) => ({ email, password: PASSWORD }),
    required: ["email", "password"],
    optional: ["callbackURL", "rememberMe"],
  },
  { path: "/sign-out", public: true, good: () => ({}), required: [], optional: ["callbackURL"] },
  { path: "/revoke-session", good: () => ({ token: "nothing" }), required: ["token"], optional: [] },
  { path: "/revoke-other-sessions", good: () => ({}), required: [], optional: [] },
  { path: "/revoke-sessions", good: () => ({}), required: [], optional: [] },
  { path: "/update-user", good: () => ({ name: "Countess" }), required: [], optional: ["name", "image"] },
  {
    path: "/change-password",
    good: () => ({ currentPassword: PASSWORD, newPassword: PASSWORD }),
    required: ["currentPassword", "newPassword"],
    optional: ["revokeOtherSessions"],
  },
  { path: "/change-email", good: (person, fresh) => ({ newEmail: fresh }), required: ["newEmail"], optional: ["callbackURL"] },
  { path: "/delete-user", good: () => ({ password: PASSWORD }), required: [], optional: ["password", "callbackURL", "token"] },
  { path: "/request-password-reset", public: true, good: ({ email }) => ({ email }), required: ["email"], optional: ["redirectTo"] },
  { path: "/reset-password", public: true, good: () => ({ newPassword: PASSWORD, token: "made up" }), required: ["newPassword", "token"], optional: [] },
  { path: "/send-verification-email", public: true, good: ({ email }) => ({ email }), required: ["email"], optional: ["callbackURL"] },
];
const GETS = ["/ok", "/get-session", "/token", "/list-sessions", "/list-accounts", "/verify-email?token=made-up", "/error"];

export async function endpoints(actor) {
  for (const endpoint of POSTS) await post(actor, endpoint);
  for (const path of GETS) {
    const name = path.split("?")[0].slice(1);
    const person = await actor.person();
    for (const method of ["POST", "PUT", "DELETE"]) await actor.call(`${name} · by ${method}`, method, path, { json: {} });
    await actor.call(`${name} · signed out`, "GET", path);
    await actor.call(`${name} · with a cookie`, "GET", path, { as: person });
    await actor.call(`${name} · with a cookie, foreign origin`, "GET", path, { as: person, headers: { origin: "https://evil.example" } });
    await actor.call(`${name} · with a token`, "GET", path, { as: person, bearer: true });
    await actor.call(`${name} · with a made up token`, "GET", path, { headers: { authorization: "Bearer made.up.token" } });
    await actor.call(`${name} · HEAD`, "HEAD", path, { as: person });
  }
}

async function post(actor, { path, good, required, optional, public: isPublic }) {
  const name = path.slice(1);
  const call = (what, options) => actor.call(`${name} · ${what}`, "POST", path, options);
  let person = await actor.person();
  // A variant that succeeds may have ended the session, or the account.
  const anew = async () => (person = (await actor.isSignedIn(person)) ? person : await actor.person());
  let count = 0;
  const body = () => good(person, `${name.replace(/\W/g, "")}${(count += 1)}@example.com`);

  for (const method of ["GET", "PUT", "DELETE"]) await actor.call(`${name} · by ${method}`, method, path, method === "GET" ? {} : { json: body() });
  await call("no body", { as: person });
  await anew();
  await call("no JSON", { as: person, body: "{", headers: { "content-type": "application/json" } });
  await anew();
  await call("a list", { as: person, json: [] });
  await anew();
  await call("null", { as: person, json: null });
  await anew();
  await call("text/plain", { as: person, body: JSON.stringify(body()), headers: { "content-type": "text/plain" } });
  await anew();
  if (required.length > 0) await call("an empty object", { as: person, json: {} });
  for (const member of required) {
    const { [member]: _, ...rest } = body();
    if (required.length > 1) await call(`no ${member}`, { as: person, json: rest });
    for (const wrong of [7, null]) await call(`${member} is ${wrong}`, { as: person, json: { ...body(), [member]: wrong } });
  }
  for (const member of optional) {
    for (const wrong of [7, null]) {
      await call(`${member} is ${wrong}`, { as: person, json: { ...body(), [member]: wrong } });
      await anew();
    }
  }
  if (!isPublic) await call("signed out", { json: body() });
  if (!isPublic && required.length) await call("signed out, an empty object", { json: {} });
  await call("form-encoded", { as: person, form: body() });
  await anew();
  await call("with a cookie, foreign origin", { as: person, json: body(), headers: { origin: "https://evil.example" } });
  await call("with a cookie, no origin", { as: person, json: body(), headers: { origin: undefined } });
  await anew();
  await call("with a cookie, null origin", { as: person, json: body(), headers: { origin: "null" } });
  await call("with a cookie, own referer", { as: person, json: body(), headers: { origin: undefined, referer: `${actor.side.url}/account` } });
  await anew();
  await call("with a cookie, trusted origin", { as: person, json: body(), headers: { origin: FRONT_END } });
  await anew();
  await call("with a token, foreign origin", { as: person, bearer: true, json: body(), headers: { origin: "https://evil.example" } });
  await anew();
  if (isPublic) {
    await call("nobody, foreign origin", { json: body(), headers: { origin: "https://evil.example" } });
    await call("nobody, cross-site form", {
      form: body(),
      headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", origin: "https://evil.example" },
    });
    await call("nobody", { json: body() });
  }
  await call("with a token", { as: person, bearer: true, json: body() });
  await anew();
  await call("with a cookie", { as: person, json: body() });
  await call("with a cookie, twice", { as: person, json: body() });
}
