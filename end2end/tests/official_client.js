// What the official client of Better Auth does with Holdfast: the same scenarios in Node and in a browser's page.
// Each gets a client that nobody is signed in with, and `other`, which acts for the rest of the world:
// `signIn(email, password)` → token, `isAlive(token)`, `mail(count)` → the `count`th mail's { to, link, token }, `openLink(link)` → status.

const PASSWORD = "correct horse battery";
const NEW = "another good password";
const ADA = { name: "Ada", email: "ada@example.com", password: PASSWORD };

const failed = ({ data, error }) => [data, error?.status, error?.code, error?.message];

export const SCENARIOS = {
  "signs up, reads the session and its dates, and signs out": {
    run: async (client) => {
      const began = Date.now();
      const signedUp = await client.signUp.email(ADA);
      const session = await client.getSession();
      const { user } = session.data;
      const facts = {
        error: signedUp.error,
        token: typeof signedUp.data.token,
        sameUser: user.id === signedUp.data.user.id,
        user: [user.name, user.email, user.emailVerified, user.image],
        dates: [user.createdAt, session.data.session.expiresAt].map((date) => date instanceof Date),
        isNow: Math.abs(user.createdAt - began) < 60_000,
        days: Math.round((session.data.session.expiresAt - began) / 86_400_000),
        signedOut: (await client.signOut()).data,
        again: (await client.signOut()).data,
        afterwards: (await client.getSession()).data,
      };
      return facts;
    },
    facts: {
      error: null,
      token: "string",
      sameUser: true,
      user: ["Ada", "ada@example.com", false, null],
      dates: [true, true],
      isNow: true,
      days: 7,
      signedOut: { success: true },
      again: { success: true },
      afterwards: null,
    },
  },

  "signs in, to be remembered or not": {
    run: async (client) => {
      await client.signUp.email(ADA);
      await client.signOut();
      const days = [];
      for (const rememberMe of [undefined, true, false]) {
        const { data } = await client.signIn.email({ email: "ADA@example.com", password: PASSWORD, rememberMe });
        const session = await client.getSession();
        days.push([data.redirect, Math.round((session.data.session.expiresAt - Date.now()) / 86_400_000)]);
        await client.signOut();
      }
      return days;
    },
    facts: [
      [false, 7],
      [false, 7],
      [false, 1],
    ],
  },

  "gets a token that the task API takes": {
    run: async (client, other) => {
      await client.signUp.email(ADA);
      const { data } = await client.token();
      return [await other.isAlive(data.token), (await client.$fetch("/ok")).data];
    },
    facts: [true, { ok: true }],
  },

  "lists the devices and signs them out": {
    run: async (client, other) => {
      await client.signUp.email(ADA);
      const [phone, tablet, desk] = [await other.signIn(ADA.email), await other.signIn(ADA.email), await other.signIn(ADA.email)];
      const own = (await client.getSession()).data.session.id;
      const sessions = (await client.listSessions()).data;
      const phoneId = JSON.parse(atob(phone.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))).sid;
      const alive = async () => [await other.isAlive(phone), await other.isAlive(tablet), await other.isAlive(desk)];
      const facts = {
        count: sessions.length,
        hasOwn: sessions.some(({ id }) => id === own),
        dates: sessions.every(({ expiresAt, createdAt }) => expiresAt instanceof Date && createdAt instanceof Date),
        one: [(await client.revokeSession({ token: phoneId })).data, await alive()],
        unknown: (await client.revokeSession({ token: "nothing" })).data,
        others: [(await client.revokeOtherSessions()).data, await alive()],
        still: (await client.getSession()).data.session.id === own,
        all: (await client.revokeSessions()).data,
        afterwards: (await client.getSession()).data,
      };
      return facts;
    },
    facts: {
      count: 4,
      hasOwn: true,
      dates: true,
      one: [{ status: true }, [false, true, true]],
      unknown: { status: true },
      others: [{ status: true }, [false, false, false]],
      still: true,
      all: { status: true },
      afterwards: null,
    },
  },

  "changes name and picture": {
    run: async (client) => {
      await client.signUp.email(ADA);
      const seen = async () => (({ name, image }) => [name, image])((await client.getSession()).data.user);
      const first = (await client.updateUser({ name: "Countess", image: "https://example.com/a.png" })).data;
      const changed = await seen();
      await client.updateUser({ image: null });
      return [first, changed, await seen()];
    },
    facts: [{ status: true }, ["Countess", "https://example.com/a.png"], ["Countess", null]],
  },

  "changes the password, and ends the other sessions with it": {
    run: async (client, other) => {
      await client.signUp.email(ADA);
      const phone = await other.signIn(ADA.email);
      const wrong = failed(await client.changePassword({ currentPassword: "wrong password", newPassword: NEW }));
      const short = failed(await client.changePassword({ currentPassword: PASSWORD, newPassword: "short" }));
      const first = await client.changePassword({ currentPassword: PASSWORD, newPassword: NEW });
      const kept = await other.isAlive(phone);
      const second = await client.changePassword({ currentPassword: NEW, newPassword: PASSWORD, revokeOtherSessions: true });
      return {
        wrong,
        short: short.slice(0, 3),
        first: [first.data.token, first.data.user.email, kept],
        second: [typeof second.data.token, await other.isAlive(phone), (await client.getSession()).data.user.email],
      };
    },
    facts: {
      wrong: [null, 400, "INVALID_PASSWORD", "That is not your current password."],
      short: [null, 400, "PASSWORD_TOO_SHORT"],
      first: [null, "ada@example.com", true],
      second: ["string", false, "ada@example.com"],
    },
  },

  "changes the e-mail by a mailed link": {
    run: async (client, other) => {
      await client.signUp.email(ADA);
      const asked = (await client.changeEmail({ newEmail: "new@example.com" })).data;
      const mail = await other.mail(2, "new@example.com");
      const before = (await client.getSession()).data.user.email;
      const opened = await other.openLink(mail.link);
      const { email, emailVerified } = (await client.getSession()).data.user;
      return [asked, mail.to, before, opened, email, emailVerified, (await other.mail(3)).to];
    },
    facts: [{ status: true }, "new@example.com", "ada@example.com", 200, "new@example.com", true, "ada@example.com"],
  },

  "proves the e-mail": {
    run: async (client, other) => {
      await client.signUp.email(ADA);
      const asked = (await client.sendVerificationEmail({ email: ADA.email })).data;
      const { token } = await other.mail(1);
      const bad = failed(await client.verifyEmail({ query: { token: "made up" } })).slice(0, 3);
      const verified = (await client.verifyEmail({ query: { token } })).data;
      const used = failed(await client.verifyEmail({ query: { token } })).slice(0, 3);
      return [asked, bad, verified, used, (await client.getSession()).data.user.emailVerified];
    },
    facts: [{ status: true }, [null, 401, "INVALID_TOKEN"], { status: true, user: null }, [null, 401, "INVALID_TOKEN"], true],
  },

  "replaces a forgotten password": {
    run: async (client, other) => {
      await client.signUp.email(ADA);
      await client.signOut();
      const known = (await client.requestPasswordReset({ email: ADA.email })).data;
      const unknown = (await client.requestPasswordReset({ email: "nobody@example.com" })).data;
      const { token } = await other.mail(1);
      const common = failed(await client.resetPassword({ token, newPassword: "password" })).slice(0, 3);
      const set = (await client.resetPassword({ token, newPassword: NEW })).data;
      const used = failed(await client.resetPassword({ token, newPassword: NEW })).slice(0, 3);
      const signedIn = await client.signIn.email({ email: ADA.email, password: NEW });
      const elsewhere = failed(await client.requestPasswordReset({ email: ADA.email, redirectTo: "https://evil.example/" })).slice(0, 3);
      return [known.status, JSON.stringify(known) === JSON.stringify(unknown), common, set, used, signedIn.error, elsewhere];
    },
    facts: [true, true, [null, 400, "PASSWORD_TOO_COMMON"], { status: true }, [null, 400, "INVALID_TOKEN"], null, [null, 403, "INVALID_REDIRECT_URL"]],
  },

  "deletes the account": {
    run: async (client) => {
      await client.signUp.email(ADA);
      const wrong = failed(await client.deleteUser({ password: "wrong password" })).slice(0, 3);
      const gone = (await client.deleteUser({ password: PASSWORD })).data;
      return [wrong, gone.success, (await client.getSession()).data, failed(await client.signIn.email(ADA)).slice(0, 3)];
    },
    facts: [[null, 400, "INVALID_PASSWORD"], true, null, [null, 401, "INVALID_EMAIL_OR_PASSWORD"]],
  },

  "is told what is wrong": {
    run: async (client) => {
      await client.signUp.email(ADA);
      await client.signOut();
      return {
        taken: failed(await client.signUp.email({ ...ADA, email: "Ada@Example.com" })).slice(0, 3),
        short: failed(await client.signUp.email({ ...ADA, email: "b@example.com", password: "short" })).slice(0, 3),
        long: failed(await client.signUp.email({ ...ADA, email: "b@example.com", password: "x".repeat(129) })).slice(0, 3),
        noAddress: failed(await client.signUp.email({ ...ADA, email: "nope" })).slice(0, 3),
        noAddressEither: failed(await client.signIn.email({ email: "nope", password: PASSWORD })).slice(0, 3),
        wrong: failed(await client.signIn.email({ email: ADA.email, password: "wrong password" })),
        signedOut: failed(await client.listSessions()).slice(0, 3),
        signedOutToo: failed(await client.updateUser({ name: "Eve" })).slice(0, 3),
      };
    },
    facts: {
      taken: [null, 422, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL"],
      short: [null, 400, "PASSWORD_TOO_SHORT"],
      long: [null, 400, "PASSWORD_TOO_LONG"],
      noAddress: [null, 400, "VALIDATION_ERROR"],
      noAddressEither: [null, 400, "INVALID_EMAIL"],
      wrong: [null, 401, "INVALID_EMAIL_OR_PASSWORD", "Invalid email or password"],
      signedOut: [null, 401, "UNAUTHORIZED"],
      signedOutToo: [null, 401, "UNAUTHORIZED"],
    },
  },

  "is told when to try again": {
    run: async (client) => {
      let last;
      let wait;
      const onError = ({ response }) => (wait = Number(response.headers.get("X-Retry-After")));
      for (let tries = 0; tries < 11; tries++) {
        last = await client.signIn.email({ email: ADA.email, password: "wrong password" }, { onError });
      }
      return [...failed(last).slice(0, 3), wait > 0 && wait <= 300];
    },
    facts: [null, 429, "TOO_MANY_REQUESTS", true],
  },
};
