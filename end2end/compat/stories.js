// What each endpoint does, with right and wrong values, in the order in which people do it.
import { PASSWORD } from "./actor.js";
import { plain } from "./observe.js";
import { FRONT_END } from "./sides.js";

const NEW = "another good password";
const ACCEPTS_JSON = { accept: "application/json" };

// Addresses to go on to that somebody may ask for, and what they are.
const TARGETS = {
  "an own path": () => "/welcome?from=mail",
  "an own address": ({ url }) => `${url}/welcome`,
  "a trusted address": () => `${FRONT_END}/welcome`,
  "a foreign address": () => "https://evil.example/welcome",
  "a foreign host": () => "//evil.example/welcome",
  "a foreign host with a backslash": () => "/\\evil.example/welcome",
  "a foreign host with two backslashes": () => "\\\\evil.example",
  "a script": () => "javascript:alert(1)",
  data: () => "data:text/html,hello",
  "a path without a slash": () => "welcome",
  "a line end": () => "/welcome\r\nset-cookie: a=b",
  "an encoded slash": () => "/%2fevil.example",
  "a trusted host with a user": () => `http://user@front-end.example:8080/welcome`,
  "a host that begins as a trusted one": () => "http://front-end.example:8080.evil.example/",
  nothing: () => "",
};

export const STORIES = {
  signUp,
  signIn,
  redirects,
  session,
  devices,
  updateUser,
  changePassword,
  commonPassword,
  changeEmail,
  verifyEmail,
  resetPassword,
  deleteUser,
  preflight,
};

async function signUp(it) {
  const call = (name, json) =>
    it.call(`sign-up: ${name}`, "POST", "/sign-up/email", { json: { name: "Ada", email: "ada@example.com", password: PASSWORD, ...json } });
  await call("a new account");
  await call("the same again");
  await call("the same in capitals", { email: "ADA@EXAMPLE.COM" });
  await call("capitals", { email: "BOB@Example.Com" });
  await call("a picture", { email: "picture@example.com", image: "https://example.com/ada.png" });
  await call("a picture that is no address", { email: "picture2@example.com", image: "ada.png" });
  await call("not to be remembered", { email: "forget@example.com", rememberMe: false });
  await call("an empty name", { email: "noname@example.com", name: "" });
  await call("a name with spaces around it", { email: "spaces@example.com", name: "  Ada  " });
  await call("a long name", { email: "longname@example.com", name: "a".repeat(300) });
  await call("no address", { email: "nope" });
  await call("an empty address", { email: "" });
  await call("spaces around the address", { email: " space@example.com " });
  await call("a very long address", { email: `${"a".repeat(250)}@example.com` });
  await call("an address without a dot", { email: "ada@localhost" });
  await call("7 characters", { email: "seven@example.com", password: "zq7!kvb" });
  await call("8 characters", { email: "eight@example.com", password: "zq7!kvbm" });
  await call("128 characters", { email: "e128@example.com", password: "zq7!kvbm".repeat(16) });
  await call("129 characters", { email: "e129@example.com", password: `${"zq7!kvbm".repeat(16)}x` });
  await call("an empty password", { email: "nopassword@example.com", password: "" });
  await call("a common password", { email: "common@example.com", password: "password1" });
  await call("an unknown member", { email: "more@example.com", nickname: "x" });
  await call("emailVerified of its own", { email: "verified@example.com", emailVerified: true });
  await call("an id of its own", { email: "ownid@example.com", id: "mine" });
  for (const [name, target] of Object.entries(TARGETS))
    await call(`on to ${name}`, { email: `t${name.replaceAll(" ", "")}@example.com`, callbackURL: target(it.side) });
}

async function signIn(it) {
  const ada = await it.person();
  const call = (name, json, options) =>
    it.call(`sign-in: ${name}`, "POST", "/sign-in/email", { json: { email: ada.email, password: PASSWORD, ...json }, ...options });
  await call("good");
  await call("in capitals", { email: ada.email.toUpperCase() });
  await call("to be remembered", { rememberMe: true });
  await call("not to be remembered", { rememberMe: false });
  await call("a wrong password", { password: "wrong password" });
  await call("an unknown address", { email: "unknown@example.com" });
  await call("no address", { email: "nope" });
  await call("an empty password", { password: "" });
  await call("129 characters", { password: "x".repeat(129) });
  await call("128 characters", { password: "x".repeat(128) });
  await call("as another user", {}, { as: await it.person("Bob") });
  await it.call("sign-in: a form", "POST", "/sign-in/email", { form: { email: ada.email, password: PASSWORD } });
  await it.call("sign-in: a form with rememberMe", "POST", "/sign-in/email", { form: { email: ada.email, password: PASSWORD, rememberMe: "false" } });
  for (const [name, target] of Object.entries(TARGETS)) await call(`on to ${name}`, { callbackURL: target(it.side) });
}

// Mailed links lead on to somewhere, if it is trusted.
async function redirects(it) {
  const ada = await it.person();
  for (const [name, target] of Object.entries(TARGETS)) {
    await it.call(`reset: on to ${name}`, "POST", "/request-password-reset", { json: { email: "nobody@example.com", redirectTo: target(it.side) } });
    await it.call(`verification: on to ${name}`, "POST", "/send-verification-email", { as: ada, json: { email: ada.email, callbackURL: target(it.side) } });
    await it.call(`new e-mail: on to ${name}`, "POST", "/change-email", { as: ada, json: { newEmail: "elsewhere@example.com", callbackURL: target(it.side) } });
    await it.call(`verify-email: on to ${name}`, "GET", `/verify-email?token=made-up&callbackURL=${encodeURIComponent(target(it.side))}`, {
      headers: ACCEPTS_JSON,
    });
    await it.call(`reset link: on to ${name}`, "GET", `/reset-password/made-up?callbackURL=${encodeURIComponent(target(it.side))}`);
  }
}

async function session(it) {
  const ada = await it.person();
  const get = (name, options, query = "") => it.call(`session: ${name}`, "GET", `/get-session${query}`, options);
  await get("by cookie", { as: ada });
  await get("by token", { as: ada, bearer: true });
  await get("by a cookie that is changed", { as: { ...ada, cookie: `${ada.cookie}x` } });
  await get("by an empty cookie", { headers: { cookie: `${it.side.cookie}=` } });
  await get("without the cache", { as: ada }, "?disableCookieCache=true");
  await get("without renewal", { as: ada }, "?disableRefresh=true");
  await get("by Basic", { headers: { authorization: "Basic YTpi" } });
  await it.call("session: sign out", "POST", "/sign-out", { as: ada, json: {} });
  await it.call("session: sign out again", "POST", "/sign-out", { as: ada, json: {} });
  await it.call("session: sign out as nobody", "POST", "/sign-out", { json: {} });
  await get("after signing out", { as: ada });
  const bob = await it.person("Bob");
  await it.call("session: sign out by token", "POST", "/sign-out", { as: bob, bearer: true, json: {} });
  await get("after signing out by token", { as: bob, bearer: true });
  await it.call("unknown path", "GET", "/nothing-like-this");
  await it.call("unknown path, signed in", "POST", "/nothing-like-this", { as: ada, json: {} });
  await it.call("unknown path: a trailing slash", "GET", "/get-session/");
  await it.call("unknown path: the root", "GET", "");
}

async function devices(it) {
  const ada = await it.person();
  const phone = await it.signIn(ada);
  const desk = await it.signIn(ada);
  const bob = await it.person("Bob");
  const alive = async (name) =>
    it.note(`devices: who is signed in ${name}`, {
      ada: `${await it.isSignedIn(ada)}`,
      phone: `${await it.isSignedIn(phone)}`,
      desk: `${await it.isSignedIn(desk)}`,
    });
  const { json } = await it.call("devices: list", "GET", "/list-sessions", { as: ada });
  const phoneSession = (await it.quiet("GET", "/get-session", { as: phone })).json.session;
  const bobSession = (await it.quiet("GET", "/get-session", { as: bob })).json.session;
  const tokenOf = (session) => json.find(({ id }) => id === session.id)?.token;
  await it.call("devices: revoke another user's", "POST", "/revoke-session", { as: ada, json: { token: bobSession.token } });
  it.note("devices: the other user", { bob: `${await it.isSignedIn(bob)}` });
  await it.call("devices: revoke one", "POST", "/revoke-session", { as: ada, json: { token: tokenOf(phoneSession) } });
  await alive("after one");
  await it.call("devices: revoke it again", "POST", "/revoke-session", { as: ada, json: { token: tokenOf(phoneSession) } });
  await it.call("devices: revoke an empty one", "POST", "/revoke-session", { as: ada, json: { token: "" } });
  await it.call("devices: revoke the others", "POST", "/revoke-other-sessions", { as: ada, json: {} });
  await alive("after the others");
  await it.call("devices: revoke all", "POST", "/revoke-sessions", { as: ada, json: {} });
  await alive("after all");
  await it.call("devices: list afterwards", "GET", "/list-sessions", { as: ada });
}

async function updateUser(it) {
  const ada = await it.person();
  const call = (name, json) => it.call(`update-user: ${name}`, "POST", "/update-user", { as: ada, json });
  const after = (name) => it.call(`update-user: the session after ${name}`, "GET", "/get-session", { as: ada });
  await call("a name", { name: "Countess" });
  await after("a name");
  await call("a picture", { image: "https://example.com/a.png" });
  await after("a picture");
  await call("no picture", { image: null });
  await after("no picture");
  await call("an empty picture", { image: "" });
  await call("a picture in a script", { image: "javascript:alert(1)" });
  await call("an empty name", { name: "" });
  await call("a long name", { name: "a".repeat(300) });
  await call("nothing", {});
  await call("an unknown member", { nickname: "x" });
  await call("an e-mail", { email: "other@example.com" });
  await call("an e-mail and a name", { email: "other@example.com", name: "Eve" });
  await call("an empty e-mail and a name", { email: "", name: "Eve" });
  await call("emailVerified", { emailVerified: true, name: "Eve" });
  await call("an id", { id: "mine", name: "Eve" });
  await after("what is not allowed");
}

async function changePassword(it) {
  let ada = await it.person();
  const phone = await it.signIn(ada);
  const call = (name, json) =>
    it.call(`change-password: ${name}`, "POST", "/change-password", { as: ada, json: { currentPassword: PASSWORD, newPassword: NEW, ...json } });
  await call("a wrong one", { currentPassword: "wrong password" });
  await call("an empty one", { currentPassword: "" });
  await call("a wrong one of 129 characters", { currentPassword: "x".repeat(129) });
  await call("7 characters", { newPassword: "zq7!kvb" });
  await call("129 characters", { newPassword: "x".repeat(129) });
  await call("an empty new one", { newPassword: "" });
  await call("good");
  it.note("change-password: who is signed in", { ada: `${await it.isSignedIn(ada)}`, phone: `${await it.isSignedIn(phone)}` });
  const answer = await call("and the others end", { currentPassword: NEW, newPassword: PASSWORD, revokeOtherSessions: true });
  ada = { ...ada, ...it.credentials(answer) };
  it.note("change-password: who is signed in then", { ada: `${await it.isSignedIn(ada)}`, phone: `${await it.isSignedIn(phone)}` });
  await it.call("change-password: sign in with the old one", "POST", "/sign-in/email", { json: { email: ada.email, password: NEW } });
  await it.call("change-password: sign in with the new one", "POST", "/sign-in/email", { json: { email: ada.email, password: PASSWORD } });
}

async function commonPassword(it) {
  const json = { currentPassword: PASSWORD, newPassword: "password1" };
  await it.call("change-password: a common one", "POST", "/change-password", { as: await it.person(), json });
}

async function changeEmail(it) {
  const ada = await it.person();
  const bob = await it.person("Bob");
  const call = (name, json) => it.call(`change-email: ${name}`, "POST", "/change-email", { as: ada, json });
  await call("the same", { newEmail: ada.email });
  await call("the same in capitals", { newEmail: ada.email.toUpperCase() });
  await call("one that has an account", { newEmail: bob.email });
  await call("no address", { newEmail: "nope" });
  await call("another", { newEmail: "ada.new@example.com" });
  const [mail] = await it.mails("ada.new@example.com", 1);
  it.note("change-email: the mail", { to: plain(mail.to, it.side) });
  await it.call("change-email: the session before", "GET", "/get-session", { as: ada });
  await it.call("change-email: follow the link", "GET", `/verify-email?token=${encodeURIComponent(mail.token)}`, { as: ada, headers: ACCEPTS_JSON });
  await it.call("change-email: the session after", "GET", "/get-session", { as: ada });
  await it.call("change-email: follow it again", "GET", `/verify-email?token=${encodeURIComponent(mail.token)}`, { as: ada, headers: ACCEPTS_JSON });
  await it.call("change-email: sign in with the new one", "POST", "/sign-in/email", { json: { email: "ada.new@example.com", password: PASSWORD } });
  await it.call("change-email: sign in with the old one", "POST", "/sign-in/email", { json: { email: ada.email, password: PASSWORD } });
  const eve = await it.person("Eve");
  await it.quiet("POST", "/change-email", { as: eve, json: { newEmail: "eve.new@example.com" } });
  const [link] = await it.mails("eve.new@example.com", 1);
  await it.call("change-email: follow the link signed out", "GET", `/verify-email?token=${encodeURIComponent(link.token)}`, { headers: ACCEPTS_JSON });
}

async function verifyEmail(it) {
  const ada = await it.person();
  const send = (name, options, email = ada.email) => it.call(`verification: ${name}`, "POST", "/send-verification-email", { json: { email }, ...options });
  await send("signed out");
  await send("signed out, an unknown address", {}, "unknown@example.com");
  await send("signed in", { as: ada });
  await send("signed in, in capitals", { as: ada }, ada.email.toUpperCase());
  await send("signed in, another address", { as: ada }, "unknown@example.com");
  await send("no address", { as: ada }, "nope");
  const mail = (await it.mails(ada.email, 1)).at(-1);
  const verify = (name, query, options) => it.call(`verification: ${name}`, "GET", `/verify-email${query}`, { headers: ACCEPTS_JSON, ...options });
  const token = `?token=${encodeURIComponent(mail.token)}`;
  await verify("no token", "");
  await verify("a made up token", "?token=made-up");
  await verify("a made up token, and on to a page", `?token=made-up&callbackURL=${encodeURIComponent(`${FRONT_END}/verified`)}`);
  await verify("a foreign page", `${token}&callbackURL=${encodeURIComponent("https://evil.example/")}`);
  await verify("the link", `${token}&callbackURL=${encodeURIComponent("/verified")}`);
  await it.call("verification: the session after", "GET", "/get-session", { as: ada });
  await verify("the link again", token);
  await send("signed in, verified already", { as: ada });
  await send("signed out, verified already");
  const bob = await it.person("Bob");
  await it.quiet("POST", "/send-verification-email", { as: bob, json: { email: bob.email } });
  const other = (await it.mails(bob.email, 1)).at(-1);
  await verify("the link without a page to go on to", `?token=${encodeURIComponent(other.token)}`);
}

async function resetPassword(it) {
  const ada = await it.person();
  const ask = (name, json) => it.call(`reset: ${name}`, "POST", "/request-password-reset", { json });
  await ask("a known address", { email: ada.email, redirectTo: "/reset" });
  await ask("an unknown address", { email: "unknown@example.com" });
  await ask("capitals", { email: "UNKNOWN@example.com" });
  await ask("no address", { email: "nope" });
  const [mail] = await it.mails(ada.email, 1);
  it.note("reset: the mail", { to: plain(mail.to, it.side) });
  // What the mailed link leads on to, without changing anything.
  const path = new URL(mail.url).pathname.replace("/api/auth", "") + new URL(mail.url).search;
  await it.call("reset: open the link", "GET", path);
  await it.call("reset: open the link again", "GET", path);
  await it.call("reset: open a link that is wrong", "GET", "/reset-password/made-up?callbackURL=/reset");
  await it.call("reset: open a link without a page", "GET", "/reset-password/made-up");
  const reset = (name, json, query = "") => it.call(`reset: ${name}`, "POST", `/reset-password${query}`, { json });
  await reset("no token", { newPassword: NEW });
  await reset("an empty token", { newPassword: NEW, token: "" });
  await reset("a made up token", { newPassword: NEW, token: "made up" });
  await reset("a made up token in the query", { newPassword: NEW }, "?token=made-up");
  await reset("7 characters", { newPassword: "zq7!kvb", token: mail.token });
  await reset("129 characters", { newPassword: "x".repeat(129), token: mail.token });
  await reset("good", { newPassword: NEW }, `?token=${encodeURIComponent(mail.token)}`);
  await reset("the same again", { newPassword: NEW, token: mail.token });
  await it.call("reset: open the used link", "GET", path);
  it.note("reset: who is signed in", { ada: `${await it.isSignedIn(ada)}` });
  await it.call("reset: sign in with the old one", "POST", "/sign-in/email", { json: { email: ada.email, password: PASSWORD } });
  await it.call("reset: sign in with the new one", "POST", "/sign-in/email", { json: { email: ada.email, password: NEW } });
}

async function deleteUser(it) {
  const ada = await it.person();
  const phone = await it.signIn(ada);
  const call = (name, json, as = ada) => it.call(`delete-user: ${name}`, "POST", "/delete-user", { as, json });
  await call("a wrong password", { password: "wrong password" });
  await call("129 characters", { password: "x".repeat(129) });
  await call("good", { password: PASSWORD });
  it.note("delete-user: who is signed in", { ada: `${await it.isSignedIn(ada)}`, phone: `${await it.isSignedIn(phone)}` });
  await it.call("delete-user: sign in afterwards", "POST", "/sign-in/email", { json: { email: ada.email, password: PASSWORD } });
  await it.call("delete-user: sign up again", "POST", "/sign-up/email", { json: { name: "Ada", email: ada.email, password: PASSWORD } });
  await call("without a password, signed in just now", {}, await it.person());
}

async function preflight(it) {
  const headers = { origin: FRONT_END, "access-control-request-method": "POST", "access-control-request-headers": "content-type" };
  await it.call("preflight: sign-in", "OPTIONS", "/sign-in/email", { headers });
  await it.call("preflight: unknown path", "OPTIONS", "/nothing-like-this", { headers });
  await it.call("cross-origin: a session", "GET", "/get-session", { headers: { origin: FRONT_END } });
  await it.call("cross-origin: an unknown path", "GET", "/nothing-like-this", { headers: { origin: FRONT_END } });
}
