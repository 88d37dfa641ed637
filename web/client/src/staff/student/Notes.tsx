import { type FormEvent, useState } from "react";
import type { ResultOf } from "../../graphql";
import { SelectField, TextArea } from "../../parts/Field";
import { FormEnd } from "../../parts/FormEnd";
import { ListEnd } from "../../parts/ListEnd";
import { dateTime } from "../../parts/times";
import { useAct } from "../asking/useAct";
import { usePages } from "../asking/usePages";
import type { Desk } from "../operations";
import { ADD_NOTE, CLOSE_NOTE, NOTES } from "./operations";

const LEVELS = [
  ["NORMAL", "Normal"],
  ["CRITICAL", "Critical"],
] as const;

const pick = (data: ResultOf<typeof NOTES>) => data.student?.allNotes ?? null;

/** What staff have written about the student for each other. */
export function Notes({ desk, id }: { desk: Desk; id: string }) {
  const notes = usePages(NOTES, { id, open: null }, pick);
  const zone = desk.locations[0]?.timeZone ?? "UTC";
  const closing = useAct(CLOSE_NOTE);
  const end = async (noteId: string) => {
    if ((await closing.run({ noteId })) !== null) notes.reload();
  };
  return (
    <>
      {desk.mayRecord && <NewNote id={id} added={notes.reload} />}
      {closing.fault !== null && (
        <p className="fault" role="alert">
          {closing.fault}
        </p>
      )}
      <ul className="cards" aria-label="Notes">
        {(notes.nodes ?? []).map(note => (
          <li key={note.id} className={`card note ${note.closedAt === null ? "" : "closed"}`}>
            <p>
              {note.level === "CRITICAL" && <span className="chip critical">Critical</span>} {note.body}
            </p>
            <p className="muted hint">
              {note.writtenBy === null ? "" : `${note.writtenBy.firstName} ${note.writtenBy.lastName}, `}
              {dateTime(note.writtenAt, zone)}
              {note.closedAt === null ? "" : ` · closed ${dateTime(note.closedAt, zone)}`}
            </p>
            {note.closedAt === null && desk.mayRecord && (
              <button type="button" className="button quiet" disabled={closing.isBusy} onClick={() => end(note.id)}>
                Close the note
              </button>
            )}
          </li>
        ))}
      </ul>
      <ListEnd {...notes} nothing="There are no notes about this student." />
    </>
  );
}

function NewNote({ id, added }: { id: string; added: () => void }) {
  const [body, setBody] = useState("");
  const [level, setLevel] = useState<(typeof LEVELS)[number][0]>("NORMAL");
  const adding = useAct(ADD_NOTE);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if ((await adding.run({ studentId: id, body, level })) === null) return;
    setBody("");
    added();
  };
  return (
    <form className="form newNote" onSubmit={submit}>
      <TextArea label="New note" hint="All staff who see this student can read it." value={body} change={setBody} />
      <SelectField label="Level" value={level} choices={LEVELS} change={setLevel} />
      <FormEnd act="Add the note" isBusy={adding.isBusy} fault={adding.fault} isDisabled={body.trim() === ""} />
    </form>
  );
}
