import { useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { TextField } from "../../parts/Field";
import { Link } from "../../parts/Link";
import { initials, tint } from "../../parts/people";
import { useAnswer } from "../asking/useAnswer";
import { useSettled } from "../asking/useSettled";
import { FIND_STUDENTS } from "./operations";
import "./search.css";

/** Finds a student by a part of the name, from any page. */
export function StudentSearch({ close }: { close: () => void }) {
  const [text, setText] = useState("");
  const search = useSettled(text.trim());
  const { data, fault, isLoading } = useAnswer(FIND_STUDENTS, search === "" ? null : { search });
  const found = data?.students.nodes ?? [];
  return (
    <Dialog title="Find a student" close={close}>
      <div className="form">
        <TextField label="Name" type="search" autoComplete="off" value={text} change={setText} />
        <ul className="found" aria-label="Students" aria-busy={isLoading}>
          {found.map(one => (
            <li key={one.id}>
              <Link to={`/students/${one.id}`} followed={close}>
                <span className={`face small tint${tint(one.id)}`} aria-hidden="true">
                  {initials(one.firstName, one.lastName)}
                </span>
                {one.firstName} {one.lastName}
              </Link>
            </li>
          ))}
        </ul>
        <p className="muted hint" role="status">
          {fault ?? words(search, isLoading, found.length, data?.students.pageInfo.hasNextPage ?? false)}
        </p>
      </div>
    </Dialog>
  );
}

function words(search: string, isLoading: boolean, count: number, hasMore: boolean): string {
  if (search === "") return "Type a part of the first or last name.";
  if (isLoading) return "Searching …";
  if (count === 0) return `Nobody is called ${search}.`;
  return hasMore ? "There are more. Type more of the name." : "";
}
