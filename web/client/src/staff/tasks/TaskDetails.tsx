import { useState } from "react";
import { counted } from "../../parts/counted";
import { Link } from "../../parts/Link";
import { useAnswer } from "../asking/useAnswer";
import { TASK_DETAILS, type Task } from "./operations";

/** What staff need to know about single items, and which families were not told. Read when somebody opens it. */
export function TaskDetails({ task, isOpen: isOpenFirst = false }: { task: Task; isOpen?: boolean }) {
  const [isOpen, setOpen] = useState(isOpenFirst);
  const parts: string[] = [];
  if (task.exceptionCount > 0) parts.push(counted(task.exceptionCount, "exception"));
  if (task.report.emailsWithheld > 0) parts.push(`${counted(task.report.emailsWithheld, "e-mail")} kept back`);
  return (
    <details open={isOpen} onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>{parts.join(" · ")}</summary>
      {isOpen && <Lists id={task.id} />}
    </details>
  );
}

function Lists({ id }: { id: string }) {
  const { data, fault } = useAnswer(TASK_DETAILS, { id });
  const node = data?.node;
  if (fault !== null) return <p className="fault">{fault}</p>;
  if (node == null || !("exceptions" in node)) return <p className="muted">Reading …</p>;
  const { exceptions, withheldEmails } = node;
  return (
    <ul className="plainList">
      {exceptions.nodes.map(one => (
        <li key={`${one.position} ${one.message} ${one.student?.id ?? ""}`}>
          {one.student === null ? (
            one.title
          ) : (
            <Link to={`/students/${one.student.id}`}>
              {one.student.firstName} {one.student.lastName}
            </Link>
          )}
          : {one.message}
        </li>
      ))}
      {withheldEmails.nodes.map((one, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a family can have several e-mails, which have no id here.
        <li key={at}>{one.family?.name ?? "A family"} was not told.</li>
      ))}
      {(exceptions.pageInfo.hasNextPage || withheldEmails.pageInfo.hasNextPage) && <li>There are more.</li>}
    </ul>
  );
}
