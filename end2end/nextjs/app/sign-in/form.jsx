"use client";
import { useRouter } from "next/navigation";
import { useState } from "react";

import { authClient } from "../../lib/client.js";

export function SignIn({ auth }) {
  const router = useRouter();
  const [problem, setProblem] = useState("");

  async function submit(event) {
    event.preventDefault();
    const { name, email, password } = Object.fromEntries(new FormData(event.currentTarget));
    const client = authClient(auth);
    const isNew = event.nativeEvent.submitter?.value === "up";
    const { error } = isNew ? await client.signUp.email({ name, email, password }) : await client.signIn.email({ email, password });
    if (error) setProblem(`${error.code}: ${error.message}`);
    else router.push("/tasks");
  }

  return (
    <main>
      <h1>Sign in</h1>
      <form onSubmit={submit}>
        <label>
          Name <input name="name" />
        </label>
        <label>
          E-mail <input name="email" type="email" required />
        </label>
        <label>
          Password <input name="password" type="password" required />
        </label>
        <button type="submit" value="in">
          Sign in
        </button>
        <button type="submit" value="up">
          Sign up
        </button>
      </form>
      <p role="alert">{problem}</p>
    </main>
  );
}
