import { useState } from "react";
import { TextField } from "../../../parts/Field";
import { ActDialog } from "../acting/ActDialog";
import { type CalendarFacts, CREATE_CALENDAR, END_CALENDAR, UPDATE_CALENDAR } from "./operations";

interface Props {
  readonly close: () => void;
  /** Gets what was done, in a sentence. */
  readonly done: (said: string) => void;
}

export function NewCalendar({ close, done }: Props) {
  const [name, setName] = useState("");
  return (
    <ActDialog
      title="Add a calendar of closures"
      document={CREATE_CALENDAR}
      input={name.trim() === "" ? null : { name }}
      lacking="Type a name."
      act="Add"
      close={close}
      done={({ blackoutSchedule }) => done(`${blackoutSchedule?.name ?? name} was added. Give it to a program.`)}
    >
      <TextField
        label="Name"
        hint="Such as “Holidays”. Several programs can follow one calendar."
        required
        maxLength={200}
        value={name}
        change={setName}
      />
    </ActDialog>
  );
}

export function RenameCalendar({ calendar, close, done }: Props & { readonly calendar: CalendarFacts }) {
  const [name, setName] = useState(calendar.name);
  return (
    <ActDialog
      title={`Rename ${calendar.name}`}
      document={UPDATE_CALENDAR}
      input={name.trim() === "" ? null : { blackoutScheduleId: calendar.id, name }}
      lacking="Type a name."
      act="Rename"
      close={close}
      done={() => done(`${calendar.name} is called ${name.trim()} now.`)}
    >
      <TextField label="Name" required maxLength={200} value={name} change={setName} />
    </ActDialog>
  );
}

export function EndCalendar({ calendar, close, done }: Props & { readonly calendar: CalendarFacts }) {
  return (
    <ActDialog
      title={`End ${calendar.name}`}
      document={END_CALENDAR}
      input={{ blackoutScheduleId: calendar.id }}
      act="End the calendar"
      isDanger
      close={close}
      done={() => done(`${calendar.name} was ended.`)}
    >
      <p>What it closed in the past stays closed. It can end when no program follows it any more.</p>
    </ActDialog>
  );
}
