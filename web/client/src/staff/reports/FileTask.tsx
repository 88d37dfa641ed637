import { useEffect } from "react";
import { TaskBar } from "../tasks/TaskBar";
import { hasEnded } from "../tasks/taskWords";
import { useTask } from "../tasks/useTask";

interface Props {
  readonly id: string;
  readonly done: (id: string) => void;
  readonly failed: () => void;
}

/** The task that writes a file, until it has ended. */
export function FileTask({ id, done, failed }: Props) {
  const task = useTask(id);
  const state = task !== null && hasEnded(task) ? task.state : null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the file is saved once, when the task ends.
  useEffect(() => {
    if (state === "COMPLETED") done(id);
    else if (state !== null) failed();
  }, [state]);
  return (
    <section aria-label="Writing the file" className="card fileTask">
      <TaskBar task={task} />
    </section>
  );
}
