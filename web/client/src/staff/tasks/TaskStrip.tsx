import { useEffect } from "react";
import { Link } from "../../parts/Link";
import { TaskBar } from "./TaskBar";
import { hasEnded, kindWord } from "./taskWords";
import { useTask } from "./useTask";

interface Props {
  readonly id: string;
  readonly close: () => void;
  readonly ended?: () => void;
}

/** The progress of a task that was started on this page, until somebody closes it. */
export function TaskStrip({ id, close, ended }: Props) {
  const task = useTask(id);
  const isEnded = task !== null && hasEnded(task);
  useEffect(() => {
    if (isEnded) ended?.();
  }, [isEnded, ended]);
  return (
    <section className="card taskStrip" aria-label="Progress">
      <div className="line">
        <strong>{task === null ? "Starting …" : kindWord(task)}</strong>
        <Link to="/tasks">All tasks</Link>
        {isEnded && (
          <button type="button" className="button quiet" onClick={close}>
            Close
          </button>
        )}
      </div>
      <TaskBar task={task} />
    </section>
  );
}
