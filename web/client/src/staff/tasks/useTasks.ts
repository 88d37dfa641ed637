import { useEffect, useState } from "react";
import { socket } from "../services";
import { FOLLOW_TASKS, type Task } from "./operations";

/** The viewer's background tasks, newest first, kept current while they work. Null until they are known. */
export function useTasks(): { readonly tasks: readonly Task[] | null; readonly fault: string | null } {
  const [tasks, setTasks] = useState<readonly Task[] | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    let after: string | null = null;
    return socket.follow(
      FOLLOW_TASKS,
      () => ({ after }),
      ({ backgroundTasksChanged: event }) => {
        after = event.cursor;
        setTasks(before => (event.kind === "SNAPSHOT" ? event.backgroundTasks : merged(before ?? [], event)));
      },
      end => setFault(end.message),
    );
  }, []);
  return { tasks, fault };
}

interface Event {
  readonly backgroundTasks: readonly Task[];
  readonly deletedIds: readonly string[];
}

function merged(before: readonly Task[], { backgroundTasks, deletedIds }: Event): readonly Task[] {
  const changed = new Map(backgroundTasks.map(task => [task.id, task]));
  const known = new Set(before.map(task => task.id));
  const kept = before.filter(task => !deletedIds.includes(task.id)).map(task => changed.get(task.id) ?? task);
  const begun = backgroundTasks.filter(task => !known.has(task.id));
  return [...begun, ...kept].sort((one, other) => Date.parse(other.createdAt) - Date.parse(one.createdAt));
}
