import { useState } from "react";
import { Link } from "../../parts/Link";
import { initials, tint } from "../../parts/people";
import { dayDate } from "../../parts/times";
import { lackingFor } from "../access";
import { MergeStudents } from "../merging/MergeStudents";
import type { Desk } from "../operations";
import { may } from "../permissions";
import { EditStudent, mayEdit } from "./EditStudent";
import type { StudentFacts } from "./operations";

interface Props {
  readonly desk: Desk;
  readonly student: StudentFacts;
  readonly changed: () => void;
  /** Called when everything of another record has come here. */
  readonly merged: () => void;
}

export function StudentHead({ desk, student, changed, merged }: Props) {
  const [isEditing, setEditing] = useState(false);
  const [isMerging, setMerging] = useState(false);
  const { family } = student;
  const guardians = family.guardians.map(one => `${one.firstName} ${one.lastName}`).join(", ");
  const facts = [student.birthOn === null ? null : `Born ${dayDate(student.birthOn)}`, student.gender];
  return (
    <header className="studentHead">
      <span className={`face large tint${tint(student.id)}`} aria-hidden="true">
        {initials(student.firstName, student.lastName)}
      </span>
      <div>
        <h1>
          {student.firstName} {student.lastName}
        </h1>
        <p className="muted">
          {facts.filter(Boolean).map(one => `${one} · `)}
          Family {may(desk, "MANAGE_PEOPLE") ? <Link to={`/families/${family.id}`}>{family.name}</Link> : family.name}
          {guardians === "" ? "" : ` (${guardians})`}
        </p>
      </div>
      <span className="acts">
        {mayEdit(desk) && (
          <button type="button" className="button" onClick={() => setEditing(true)}>
            Edit
          </button>
        )}
        {lackingFor("families", desk).length === 0 && (
          <button type="button" className="button quiet" onClick={() => setMerging(true)}>
            Merge
          </button>
        )}
      </span>
      {student.medicalAlert !== null && (
        <p className="banner medical">
          <strong>Medical: </strong>
          {student.medicalAlert}
        </p>
      )}
      {student.rollSheetComment !== null && <p className="remark">On roll sheets: {student.rollSheetComment}</p>}
      {isEditing && <EditStudent desk={desk} student={student} close={() => setEditing(false)} changed={changed} />}
      {isMerging && (
        <MergeStudents
          student={student}
          close={() => setMerging(false)}
          done={() => {
            setMerging(false);
            merged();
          }}
        />
      )}
    </header>
  );
}
