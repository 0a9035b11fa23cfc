import { readFile } from "node:fs/promises";
import { TaskRow } from "./row";

// Rendered for each request, as a page that is somebody's own must be.
export const dynamic = "force-dynamic";

export default async function TasksPage() {
  const tasks = JSON.parse(await readFile(process.env.TASKS_FILE, "utf8"));
  return (
    <main>
      <h1>Tasks</h1>
      <ul>
        {tasks.map((task) => (
          <TaskRow key={task.id} task={task} />
        ))}
      </ul>
    </main>
  );
}
