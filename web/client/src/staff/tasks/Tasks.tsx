import { useTitle } from "../../parts/useTitle";
import type { Desk } from "../operations";
import { TaskCard } from "./TaskCard";
import { useTasks } from "./useTasks";
import "./tasks.css";

/** What works in the background: how far it has come, what it could not do, and stopping it. */
export function Tasks({ desk }: { desk: Desk }) {
  useTitle("Background tasks");
  const { tasks, fault } = useTasks();
  const zone = desk.locations[0]?.timeZone ?? "UTC";
  return (
    <main className="page">
      <h1>Background tasks</h1>
      <p className="muted lead">
        Cancelling, creating many tokens, substitutes, statements and carrying over work here, one item after the other.
        {desk.viewer.permissions.includes("OWNER") ? " You see the tasks of everybody." : " You see your own."}
      </p>
      {fault !== null && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      {tasks === null && fault === null && <p className="muted">Reading the tasks …</p>}
      {tasks?.length === 0 && <p className="empty">No task is running, and none has ended lately.</p>}
      <ul className="cards" aria-label="Tasks">
        {(tasks ?? []).map(task => (
          <li key={task.id}>
            <TaskCard task={task} zone={zone} />
          </li>
        ))}
      </ul>
    </main>
  );
}
