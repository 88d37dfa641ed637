import { counted } from "../../parts/counted";
import type { Task } from "./operations";
import { hasEnded, stateWord } from "./taskWords";
import "../../parts/forms.css";

/** How far a task has come, as a bar and in words. The words take the same room in every state. */
export function TaskBar({ task }: { task: Task | null }) {
  const total = task?.total ?? null;
  const done = task?.done ?? 0;
  return (
    <>
      <progress
        aria-label="How far the task has come"
        max={Math.max(1, total ?? 1)}
        value={task !== null && hasEnded(task) && total === null ? 1 : done}
      />
      <p className="muted taskState" aria-live="polite">
        {task === null ? "Waiting for the first news." : wordsOf(task)}
      </p>
      {task?.error != null && <p className="fault">{task.error}</p>}
    </>
  );
}

function wordsOf(task: Task): string {
  const parts = [stateWord(task)];
  if (task.total !== null) parts.push(`${task.done} of ${task.total}`);
  if (task.exceptionCount > 0) parts.push(counted(task.exceptionCount, "exception"));
  if (hasEnded(task)) parts.push(task.report.summary);
  return parts.join(" · ");
}
