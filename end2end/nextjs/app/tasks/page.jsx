import { redirect } from "next/navigation";

import { ADDRESSES } from "../../lib/config.js";
import { currentSession } from "../../lib/session.js";
import { Board } from "./board.jsx";

export default async function Page() {
  const session = await currentSession();
  if (!session) redirect("/sign-in");
  return (
    <main>
      <h1>Tasks of {session.user.name}</h1>
      <Board {...ADDRESSES} />
    </main>
  );
}
