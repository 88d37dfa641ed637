import { useEffect, useState } from "react";
import { socket } from "../services";
import { FOLLOW_TASK, type Task } from "./operations";

/** A background task, followed while it works. Null until its state is known. */
export function useTask(id: string): Task | null {
  const [task, setTask] = useState<Task | null>(null);
  useEffect(() => {
    let after: number | null = null;
    return socket.follow(
      FOLLOW_TASK,
      () => ({ id, after }),
      ({ backgroundTaskChanged: now }) => {
        after = now.revision;
        setTask(now);
      },
      () => undefined,
    );
  }, [id]);
  return task;
}
