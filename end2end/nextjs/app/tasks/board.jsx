"use client";
import { useRouter } from "next/navigation";
import { useCallback, useEffect, useState } from "react";

import { authClient } from "../../lib/client.js";

// The tasks of who is signed in, each call with the token of the moment.
function Tasks({ user, client, address }) {
  const [tasks, setTasks] = useState(null);
  const [problem, setProblem] = useState("");

  const call = useCallback(
    async (method, path = "", body) => {
      const { data } = await client.token();
      const response = await fetch(`${address}/api/${user.id}/tasks${path}`, {
        method,
        headers: { authorization: `Bearer ${data?.token}`, ...(body && { "content-type": "application/json" }) },
        body: body && JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
      return response.status === 204 ? null : response.json();
    },
    [client, address, user.id],
  );
  const load = useCallback(async () => setTasks(await call("GET")), [call]);
  const act = (...args) => call(...args).then(load, (error) => setProblem(error.message));

  useEffect(() => {
    load().catch((error) => setProblem(error.message));
  }, [load]);

  async function add(event) {
    event.preventDefault();
    const form = event.currentTarget;
    await act("POST", "", { title: new FormData(form).get("title") });
    form.reset();
  }

  return (
    <>
      <form onSubmit={add}>
        <label>
          New task <input name="title" required />
        </label>
        <button type="submit">Add</button>
      </form>
      <p role="alert">{problem}</p>
      {tasks && (
        <ul aria-label="Tasks">
          {tasks.map(({ id, title, completed }) => (
            <li key={id}>
              <label>
                <input type="checkbox" checked={completed} onChange={() => act("PATCH", `/${id}/complete`)} /> {title}
              </label>
              <button type="button" onClick={() => act("PUT", `/${id}`, { title: `${title}!` })}>
                Rename {title}
              </button>
              <button type="button" onClick={() => act("DELETE", `/${id}`)}>
                Delete {title}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

export function Board({ auth, tasks }) {
  const router = useRouter();
  const [client, setClient] = useState(null);
  // Where the page is, is known in the browser alone.
  useEffect(() => setClient(() => authClient(auth)), [auth]);
  return client && <SignedIn client={client} address={tasks} onSignedOut={() => router.push("/sign-in")} />;
}

function SignedIn({ client, address, onSignedOut }) {
  const { data } = client.useSession();
  if (!data) return null;
  return (
    <>
      <p>Signed in as {data.user.email}</p>
      <button type="button" onClick={() => client.signOut().then(onSignedOut)}>
        Sign out
      </button>
      <Tasks user={data.user} client={client} address={address} />
    </>
  );
}
