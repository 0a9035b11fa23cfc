"use client";

import { useState } from "react";

// In the browser it can be ticked: a client component, rendered on the server first, as Next.js's documentation teaches it.
export function TaskRow({ task }) {
  const [completed, setCompleted] = useState(task.completed);
  return (
    <li className={completed ? "row done" : "row"}>
      <input type="checkbox" aria-label={`Completed: ${task.title}`} checked={completed} onChange={() => setCompleted(!completed)} />
      <span className="title">{task.title}</span>
      {task.description && <p className="note">{task.description}</p>}
      {task.priority !== "none" && <span className="priority">{task.priority}</span>}
      {task.dueDate && <time dateTime={task.dueDate}>{task.dueDate}</time>}
      {task.tags.map((tag) => (
        <a key={tag} className="tag" href={`/tasks?tag=${encodeURIComponent(tag)}`}>
          #{tag}
        </a>
      ))}
    </li>
  );
}
