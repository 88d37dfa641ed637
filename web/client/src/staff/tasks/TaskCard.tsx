import { useState } from "react";
import { dateTime } from "../../parts/times";
import { useAct } from "../asking/useAct";
import { DELETE_TASK, SEND_WITHHELD, type Task } from "./operations";
import { StopDialog } from "./StopDialog";
import { TaskBar } from "./TaskBar";
import { TaskDetails } from "./TaskDetails";
import { hasEnded, kindWord } from "./taskWords";

export function TaskCard({ task, zone }: { task: Task; zone: string }) {
  const [isStopping, setStopping] = useState(false);
  const remove = useAct(DELETE_TASK);
  const send = useAct(SEND_WITHHELD);
  const by = task.createdBy === null ? "the system" : `${task.createdBy.firstName} ${task.createdBy.lastName}`;
  const isEnded = hasEnded(task);
  const hasDetails = task.exceptionCount > 0 || task.report.emailsWithheld > 0;
  const fault = remove.fault ?? send.fault;
  const about = `${kindWord(task)}, ${dateTime(task.createdAt, zone)}`;
  return (
    <article className="card task" aria-label={about}>
      <div className="taskHead">
        <strong>{kindWord(task)}</strong>
        <span className="muted">
          {by} · {dateTime(task.createdAt, zone)}
        </span>
      </div>
      <TaskBar task={task} />
      {hasDetails && <TaskDetails key={task.exceptionCount} task={task} />}
      {fault !== null && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      <div className="taskActs">
        {task.report.emailsWithheld > 0 && (
          <button
            type="button"
            className="button"
            disabled={send.isBusy}
            onClick={() => send.run({ backgroundTaskId: task.id })}
          >
            Send the e-mails that were kept back
          </button>
        )}
        {isEnded ? (
          <button
            type="button"
            className="button quiet"
            disabled={remove.isBusy}
            onClick={() => remove.run({ backgroundTaskId: task.id })}
          >
            Delete
          </button>
        ) : (
          <button
            type="button"
            className="button quiet"
            disabled={task.state === "CANCELLING"}
            onClick={() => setStopping(true)}
          >
            Stop
          </button>
        )}
      </div>
      {isStopping && <StopDialog task={task} close={() => setStopping(false)} />}
    </article>
  );
}
