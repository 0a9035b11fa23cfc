// Calls one of the two servers, and writes down what it answers.
import { request } from "node:http";

import { observe } from "./observe.js";

export const PASSWORD = "correct horse battery";

// One request, with these headers and no others: `fetch` would add its own.
export function send(url, { method = "GET", headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString() }));
    });
    sent.on("error", reject);
    if (body !== undefined) sent.setHeader("content-length", Buffer.byteLength(body));
    sent.end(body);
  });
}

const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export class Actor {
  #people = 0;

  constructor(side) {
    this.side = side;
    this.seen = [];
  }

  note(name, seen) {
    if (this.seen.some((call) => call.name === name)) throw new Error(`two calls are named ${name}`);
    this.seen.push({ name, seen });
  }

  // Sends without writing it down. `as` is a person, by cookie and own origin or, with `bearer`, by the header alone.
  async quiet(method, path, { as, bearer, json, form, body, headers = {} } = {}) {
    const sent = { "user-agent": "compat", ...headers };
    if (as && bearer) sent.authorization ??= `Bearer ${as.token}`;
    else if (as) {
      sent.cookie ??= `${this.side.cookie}=${as.cookie}`;
      if (!("origin" in sent)) sent.origin = this.side.url;
      if (sent.origin === undefined) delete sent.origin;
    }
    if (json !== undefined) [body, sent["content-type"]] = [JSON.stringify(json), "application/json"];
    if (form !== undefined) [body, sent["content-type"]] = [new URLSearchParams(form).toString(), "application/x-www-form-urlencoded"];
    const answer = await send(`${this.side.url}/api/auth${path}`, { method, headers: sent, body });
    return { ...answer, json: parsed(answer.text) };
  }

  async call(name, method, path, options = {}) {
    const answer = await this.quiet(method, path, options);
    this.note(name, observe(answer, this.side));
    return answer;
  }

  // Somebody new, signed in.
  async person(name = "Ada") {
    const email = `${name.toLowerCase()}${(this.#people += 1)}@example.com`;
    const person = { name, email, password: PASSWORD };
    const answer = await this.quiet("POST", "/sign-up/email", { json: person });
    if (answer.status !== 200) throw new Error(`${this.side.name} makes no account: ${answer.text}`);
    return { ...person, ...this.credentials(answer), user: answer.json.user };
  }

  async signIn(person, json = {}) {
    const { email, password } = person;
    return { ...person, ...this.credentials(await this.quiet("POST", "/sign-in/email", { json: { email, password, ...json } })) };
  }

  // What an answer gives to be signed in with.
  credentials({ headers }) {
    const line = (headers["set-cookie"] ?? []).find((line) => line.startsWith(`${this.side.cookie}=`));
    return { cookie: line?.slice(this.side.cookie.length + 1).split(";")[0], token: headers["set-auth-token"] };
  }

  // The mails to an address, once there are `count` or a second has passed.
  async mails(to, count) {
    for (let tries = 0; tries < 100; tries++) {
      const mails = this.side.mails().filter((mail) => mail.to === to);
      if (mails.length >= count) return mails;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return this.side.mails().filter((mail) => mail.to === to);
  }

  async isSignedIn(person) {
    return (await this.quiet("GET", "/get-session", { as: person })).json !== null;
  }
}
