import { useEffect, useRef } from "react";
import { Link } from "../../../parts/Link";
import { TaskBar } from "../../tasks/TaskBar";
import { TaskDetails } from "../../tasks/TaskDetails";
import { hasEnded } from "../../tasks/taskWords";
import { useTask } from "../../tasks/useTask";
import "../../tasks/tasks.css";

const ENDED: Readonly<Record<string, string>> = {
  COMPLETED: "The classes were carried over",
  FAILED: "Not all classes were carried over",
  CANCELLED: "Carrying over was stopped",
};

/** The progress of carrying over, and afterwards what was left out and why. */
export function CarriedTask({ id }: { id: string }) {
  const task = useTask(id);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  const isEnded = task !== null && hasEnded(task);
  return (
    <section className="card taskStrip" aria-label="Progress">
      <h2 ref={heading} tabIndex={-1}>
        {task !== null && isEnded ? ENDED[task.state] : "Carrying the classes over"}
      </h2>
      <TaskBar task={task} />
      {isEnded && task.exceptionCount > 0 && <TaskDetails task={task} isOpen />}
      {!isEnded && <p className="muted">It goes on when you leave this page.</p>}
      <div className="formEnd">
        <Link to="/tasks" className="button quiet">
          All tasks
        </Link>
        <Link to="/classes" className="button">
          See the classes
        </Link>
      </div>
    </section>
  );
}
