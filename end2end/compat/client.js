// The official client and its stores, in a program that keeps cookies and says where it runs, as a browser does.
import { createAuthClient } from "better-auth/client";
import { jwtClient } from "better-auth/client/plugins";

import { PASSWORD } from "./actor.js";
import { flatten } from "./observe.js";

export async function client(it) {
  const { side } = it;
  let jar = "";
  let underWay = 0;
  const customFetchImpl = async (input, init) => {
    underWay += 1;
    try {
      return await exchange(input, init);
    } finally {
      underWay -= 1;
    }
  };
  const exchange = async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set("origin", side.url);
    if (jar) headers.set("cookie", jar);
    const response = await fetch(input, { ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(";")[0].split(/=(.*)/);
      if (name === side.cookie) jar = value ? `${name}=${value}` : "";
    }
    return response;
  };
  const own = createAuthClient({ baseURL: side.url, plugins: [jwtClient()], fetchOptions: { customFetchImpl } });

  const note = (name, { data, error }) => {
    const seen = { answer: error ? [error.status, error.code].filter(Boolean).join(" ") : "200" };
    flatten("data", data, side, seen);
    // Of a problem document the client's callers read these.
    if (error) flatten("error", { statusText: error.statusText, message: error.message }, side, seen);
    it.note(`client: ${name}`, seen);
    return data;
  };
  // A change has the client ask for the session again, some milliseconds later. An answer to that with the cookie of a session
  // that the next call ends would remove the next one's cookie, here as in a browser.
  const rest = async () => {
    do await new Promise((resolve) => setTimeout(resolve, 30));
    while (underWay > 0);
  };
  const call = async (name, answer) => {
    note(name, await answer);
    await rest();
  };

  // The store of the session, whenever it has come to rest.
  const store = [];
  const stop = own.useSession.subscribe(({ data, isPending, isRefetching }) => {
    const name = data?.user.name ?? null;
    if (!isPending && !isRefetching && store.at(-1) !== name) store.push(name);
  });
  const until = async (name) => {
    for (let tries = 0; tries < 200 && store.at(-1) !== name; tries++) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  const ada = { name: "Ada", email: "client@example.com", password: PASSWORD };
  await until(null);
  await call("signUp.email", own.signUp.email(ada));
  await until("Ada");
  await call("getSession", own.getSession());
  await call("useSession", Promise.resolve({ data: own.useSession.get().data, error: own.useSession.get().error }));
  await call("signUp.email, taken", own.signUp.email(ada));
  await call("signUp.email, short", own.signUp.email({ ...ada, password: "short" }));
  await call("signUp.email, no address", own.signUp.email({ ...ada, email: "nope" }));
  await call("updateUser", own.updateUser({ name: "Countess", image: "https://example.com/a.png" }));
  await until("Countess");
  await call("updateUser, nothing", own.updateUser({}));
  await call(
    "token",
    own.token().then(({ data, error }) => ({ data: data && { token: data.token }, error })),
  );
  await call("listSessions", own.listSessions());
  await call("listAccounts", own.listAccounts());
  await call("revokeSession", own.revokeSession({ token: "nothing" }));
  await call("revokeOtherSessions", own.revokeOtherSessions());
  await call("changePassword, wrong", own.changePassword({ currentPassword: "wrong password", newPassword: PASSWORD }));
  await call("changePassword", own.changePassword({ currentPassword: PASSWORD, newPassword: "another good password" }));
  await call(
    "changePassword, and the others end",
    own.changePassword({ currentPassword: "another good password", newPassword: PASSWORD, revokeOtherSessions: true }),
  );
  await call("changeEmail", own.changeEmail({ newEmail: "client.new@example.com", callbackURL: "/account" }));
  await call("changeEmail, the same", own.changeEmail({ newEmail: ada.email }));
  await call("sendVerificationEmail", own.sendVerificationEmail({ email: ada.email, callbackURL: "/verified" }));
  await call("sendVerificationEmail, mismatch", own.sendVerificationEmail({ email: "unknown@example.com" }));
  await call("verifyEmail, made up", own.verifyEmail({ query: { token: "made up" } }));
  const mail = (await it.mails(ada.email, 1)).find(({ url }) => url?.includes("verify-email"));
  await call("verifyEmail", own.verifyEmail({ query: { token: mail?.token ?? "none" } }));
  await call("sendVerificationEmail, verified", own.sendVerificationEmail({ email: ada.email }));
  await call("requestPasswordReset", own.requestPasswordReset({ email: ada.email, redirectTo: "/reset" }));
  await call("resetPassword, made up", own.resetPassword({ newPassword: PASSWORD, token: "made up" }));
  await call("resetPassword, no token", own.resetPassword({ newPassword: PASSWORD }));
  await call("signOut", own.signOut());
  await until(null);
  await call("signOut, again", own.signOut());
  await call("getSession, signed out", own.getSession());
  await call("listSessions, signed out", own.listSessions());
  await call("updateUser, signed out", own.updateUser({ name: "Eve" }));
  await call("signIn.email, wrong", own.signIn.email({ ...ada, password: "wrong password" }));
  await call("signIn.email, no address", own.signIn.email({ email: "nope", password: PASSWORD }));
  await call(
    "signIn.email, on to a page",
    own.signIn.email({ email: ada.email, password: PASSWORD, callbackURL: "/dashboard", fetchOptions: { disableDefaultFetchPlugins: true } }),
  );
  await until("Countess");
  await call("signIn.email", own.signIn.email({ email: ada.email, password: PASSWORD, rememberMe: false }));
  await call("$fetch /ok", own.$fetch("/ok"));
  await call("deleteUser, wrong", own.deleteUser({ password: "wrong password" }));
  await call("deleteUser", own.deleteUser({ password: PASSWORD }));
  await until(null);
  it.note("client: the names in the session's store", { names: store.join(", ") });
  stop();
}
