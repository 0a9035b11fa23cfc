// What one call looks like from outside, as a flat map from an aspect ("answer", "body.user.id", "cookie.session") to a text.
// What must differ between two servers (ids, times, tokens, their own origin) is named by its kind.

const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const HEADERS = ["location", "cache-control", "set-auth-token", "allow", "www-authenticate", "access-control-allow-origin"];

const quoted = (text) => JSON.stringify(text);

// A text without what is a token, an id or this server's address in it.
export function plain(text, { url }) {
  return text
    .replaceAll(url, "<own>")
    .replaceAll(encodeURIComponent(url), "<own>")
    .replace(/([a-z]+)\d+@example\.com/g, "$1<n>@example.com")
    .replace(/((?:^|[?&])token=)[^&#]+/g, "$1<token>")
    .replace(/(\/reset-password\/)[^?#]+/, "$1<token>");
}

function leaf(key, value, side) {
  if (value === null) return "null";
  if (value instanceof Date) return "<Date>";
  if (typeof value !== "string") return String(value);
  if (DATE.test(value)) return "<date>";
  if (/^(id|userId|accountId)$/.test(key)) return "<id>";
  if (key === "token") return "<token>";
  if (key === "request_id") return "<request>";
  return quoted(plain(value, side));
}

// Adds every member of a JSON value to `into`; of a list its length and its first item.
export function flatten(path, value, side, into) {
  const key = path.split(".").at(-1);
  if (value === undefined) return;
  if (Array.isArray(value)) {
    into[path] = `list of ${value.length}`;
    if (value.length) flatten(`${path}[]`, value[0], side, into);
  } else if (value !== null && typeof value === "object" && !(value instanceof Date)) {
    into[path] = "object";
    for (const [name, member] of Object.entries(value)) flatten(`${path}.${name}`, member, side, into);
  } else {
    into[path] = leaf(key, value, side);
  }
}

// `name=value; Max-Age=…; …` without the value, its attributes in order; a lifetime in whole days.
function cookie(text) {
  const [pair, ...attributes] = text.split(/;\s*/);
  const [name, value] = pair.split(/=(.*)/);
  const age = attributes.find((attribute) => /^max-age=/i.test(attribute))?.slice(8);
  const said = attributes.filter((attribute) => !/^(max-age|expires)=/i.test(attribute)).map((attribute) => attribute.toLowerCase());
  const what = value === "" || age === "0" ? "removed" : "set";
  const days = age === undefined ? "until the browser ends" : `for ${Math.round(Number(age) / 86_400)} days`;
  return [name, [what, ...(what === "set" ? [days] : []), ...said.sort()].join("; ")];
}

export function observe({ status, headers, text }, side) {
  const seen = {};
  const type = (headers["content-type"] ?? "").split(";")[0];
  if (type) seen.type = type;
  if (/json/.test(type) && text) flatten("body", JSON.parse(text), side, seen);
  else if (text) seen.body = `text of ${type || "no type"}`;
  // The first aspect: where it differs, the others follow from it.
  seen.answer = [status, seen["body.code"]?.replaceAll('"', "")].filter(Boolean).join(" ");
  delete seen["body.code"];
  for (const name of HEADERS) {
    if (headers[name] !== undefined)
      seen[`header.${name}`] = name === "set-auth-token" ? "<token>" : plain(name === "location" ? new URL(headers[name], side.url).href : headers[name], side);
  }
  for (const line of headers["set-cookie"] ?? []) {
    const [name, said] = cookie(line);
    const alias = name === side.cookie ? "session" : name;
    seen[`cookie.${alias}`] = said;
  }
  return seen;
}
