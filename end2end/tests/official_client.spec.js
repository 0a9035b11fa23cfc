// A front end that was written for Better Auth moves over by changing its base URL: its own client, unmodified, from a
// program and from a page of another origin.
import { build } from "esbuild";
import { createAuthClient } from "better-auth/client";
import { jwtClient } from "better-auth/client/plugins";
import { createServer } from "node:http";
import { SCENARIOS } from "./official_client.js";
import { PASSWORD, expect, test as base } from "./support.js";

// What the rest of the world does meanwhile.
const others = (server) => ({
  signIn: async (email, password = PASSWORD) => {
    const body = JSON.stringify({ email, password });
    const headers = { "content-type": "application/json" };
    return (await (await fetch(`${server.url}/api/auth/sign-in/email`, { method: "POST", headers, body })).json()).token;
  },
  isAlive: async (token) => {
    const { sub } = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
    return (await fetch(`${server.url}/api/${sub}/tasks`, { headers: { authorization: `Bearer ${token}` } })).ok;
  },
  // The mail to this address, once there are so many in all.
  mail: async (count, address) => {
    await expect.poll(() => server.mails().length).toBe(count);
    const mail = server.mails().findLast((mail) => !address || mail.includes(`To: ${address}`));
    const link = mail.match(/^http.*$/m)?.[0].trim();
    return { to: mail.match(/^To: (.*)$/m)[1].trim(), link, token: link && new URL(link).searchParams.get("token") };
  },
  // Opens the page of a mailed link and presses its button.
  openLink: async (link) => {
    await fetch(link);
    const { origin, pathname, searchParams } = new URL(link);
    return (await fetch(origin + pathname, { method: "POST", body: searchParams })).status;
  },
});

// The two ways of a program: the token in a header, as Better Auth's `bearer` plugin does it, and a cookie jar.
const PROGRAMS = {
  "a program with the token": ({ url }) => {
    let token = "";
    return createAuthClient({
      baseURL: url,
      plugins: [jwtClient()],
      fetchOptions: {
        auth: { type: "Bearer", token: () => token },
        onSuccess: ({ response }) => {
          token = response.headers.get("set-auth-token") ?? token;
        },
      },
    });
  },
  "a program with a cookie jar": ({ url }) => {
    const jar = new Map();
    const customFetchImpl = async (input, init) => {
      const headers = new Headers(init?.headers);
      // A cookie on a change needs an origin, which Node's fetch does not send by itself.
      headers.set("origin", url);
      if (jar.size) headers.set("cookie", [...jar].map(([name, value]) => `${name}=${value}`).join("; "));
      const response = await fetch(input, { ...init, headers });
      for (const cookie of response.headers.getSetCookie()) {
        const [, name, value] = cookie.match(/^([^=]+)=([^;]*)/);
        if (value) jar.set(name, value);
        else jar.delete(name);
      }
      return response;
    };
    return createAuthClient({ baseURL: url, plugins: [jwtClient()], fetchOptions: { customFetchImpl } });
  },
};

for (const [who, connect] of Object.entries(PROGRAMS)) {
  base.describe(who, () => {
    for (const [what, { run, facts }] of Object.entries(SCENARIOS)) {
      base(what, async ({ server }) => expect(await run(connect(server), others(server))).toEqual(facts));
    }
  });
}

// A page of another origin, with the client and the scenarios in its script.
const test = base.extend({
  script: [
    async ({}, use) => {
      const contents = `
        import { createAuthClient } from "better-auth/client";
        import { jwtClient } from "better-auth/client/plugins";
        import { SCENARIOS } from "./official_client.js";
        globalThis.connect = (baseURL) => createAuthClient({ baseURL, plugins: [jwtClient()] });
        globalThis.SCENARIOS = SCENARIOS;`;
      const options = { bundle: true, write: false, format: "iife", target: "es2022", logLevel: "error" };
      const { outputFiles } = await build({ ...options, stdin: { contents, resolveDir: import.meta.dirname } });
      await use(outputFiles[0].text);
    },
    { scope: "worker" },
  ],

  frontEnd: async ({ script }, use) => {
    const page = '<!DOCTYPE html><title>Front end</title><link rel="icon" href="data:,"><script src="/script.js"></script>';
    const http = createServer((request, response) => {
      const isScript = request.url === "/script.js";
      response.setHeader("content-type", isScript ? "text/javascript" : "text/html").end(isScript ? script : page);
    });
    await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
    await use(`http://127.0.0.1:${http.address().port}`);
    http.close();
  },

  environment: async ({ frontEnd }, use) => use({ TRUSTED_ORIGINS: frontEnd }),

  // The page, with somebody to act for the rest of the world.
  client: async ({ page, server, frontEnd }, use) => {
    for (const [name, act] of Object.entries(others(server))) await page.exposeFunction(name, act);
    await page.goto(frontEnd);
    await use(page);
  },
});

test.describe("a page of a trusted origin", () => {
  test.use({ expectedComplaint: /Failed to load resource/ });

  for (const [what, { facts }] of Object.entries(SCENARIOS)) {
    test(what, async ({ client, server }) => {
      const got = await client.evaluate(([what, url]) => SCENARIOS[what].run(connect(url), { signIn, isAlive, mail, openLink }), [what, server.url]);
      expect(got).toEqual(facts);
    });
  }

  test("follows the session by itself", async ({ client, server }) => {
    const names = await client.evaluate(async (url) => {
      const own = connect(url);
      const names = [];
      const until = (name) =>
        new Promise((resolve) => {
          const stop = own.useSession.subscribe(({ data, isPending }) => {
            if (isPending || (data?.user.name ?? null) !== name) return;
            names.push(name);
            queueMicrotask(() => stop());
            resolve();
          });
        });
      await until(null);
      await own.signUp.email({ name: "Ada", email: "ada@example.com", password: "correct horse battery" });
      await until("Ada");
      await own.updateUser({ name: "Countess" });
      await until("Countess");
      await own.signOut();
      await until(null);
      return names;
    }, server.url);
    expect(names).toEqual([null, "Ada", "Countess", null]);
  });
});

test.describe("a page of any other origin", () => {
  test.use({ environment: {}, expectedComplaint: /Failed to load resource|blocked by CORS policy/ });

  test("reads nothing and changes nothing", async ({ client, page, server }) => {
    const ada = await server.person("Ada");
    await page.context().addCookies([{ name: "holdfast_session", value: ada.token, url: server.url, sameSite: "Lax", httpOnly: true }]);
    const answers = await client.evaluate(async (url) => {
      const own = connect(url);
      const quietly = (call) => call.then(({ data, error }) => [data, error?.status ?? null]).catch(() => "unread");
      return [await quietly(own.getSession()), await quietly(own.updateUser({ name: "Eve" })), await quietly(own.signOut())];
    }, server.url);
    for (const answer of answers) expect(answer === "unread" || answer[0] === null, JSON.stringify(answer)).toBe(true);
    const session = await fetch(`${server.url}/api/auth/get-session`, { headers: { authorization: `Bearer ${ada.token}` } });
    expect((await session.json()).user.name).toBe("Ada");
  });
});
