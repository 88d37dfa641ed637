import { useState } from "react";
import { CheckField, SelectField, TextField } from "../../../parts/Field";
import { ActDialog } from "../acting/ActDialog";
import { TriedDialog } from "../acting/TriedDialog";
import {
  type ClosureCalendar,
  CREATE_PROGRAM,
  END_PROGRAM,
  type ProgramFacts,
  UPDATE_PROGRAM,
  UPDATE_PROGRAM_PREVIEW,
} from "./operations";

interface Props {
  readonly close: () => void;
  /** Gets what was done, in a sentence. */
  readonly done: (said: string) => void;
}

interface WithCalendars extends Props {
  readonly calendars: readonly ClosureCalendar[];
}

export function NewProgram({ calendars, close, done }: WithCalendars) {
  const [name, setName] = useState("");
  const [calendar, setCalendar] = useState("");
  return (
    <ActDialog
      title="Add a program"
      document={CREATE_PROGRAM}
      input={name.trim() === "" ? null : { name, blackoutScheduleId: calendar || null }}
      act="Add"
      close={close}
      done={({ program }) => done(`${program.name} was added.`)}
    >
      <TextField label="Name" required maxLength={200} value={name} change={setName} />
      <CalendarField calendars={calendars} value={calendar} change={setCalendar} />
    </ActDialog>
  );
}

export function ChangeProgram({ program, calendars, close, done }: WithCalendars & { readonly program: ProgramFacts }) {
  const [name, setName] = useState(program.name);
  const [calendar, setCalendar] = useState(program.calendar?.id ?? "");
  const [notifyFamilies, setNotify] = useState(false);
  const input = { programId: program.id, name, blackoutScheduleId: calendar || null, notifyFamilies };
  return (
    <TriedDialog
      title={`Change ${program.name}`}
      preview={UPDATE_PROGRAM_PREVIEW}
      document={UPDATE_PROGRAM}
      input={name.trim() === "" ? null : input}
      lacking="Type a name."
      act="Change"
      close={close}
      done={result => done(`${result.program.name} was changed.`)}
    >
      <TextField label="Name" required maxLength={200} value={name} change={setName} />
      <CalendarField calendars={calendars} value={calendar} change={setCalendar} />
      <CheckField label="Tell the families by e-mail" checked={notifyFamilies} change={setNotify} />
    </TriedDialog>
  );
}

export function EndProgram({ program, close, done }: Props & { readonly program: ProgramFacts }) {
  return (
    <ActDialog
      title={`End ${program.name}`}
      document={END_PROGRAM}
      input={{ programId: program.id }}
      act="End the program"
      isDanger
      close={close}
      done={() => done(`${program.name} was ended.`)}
    >
      <p>
        New classes cannot belong to it any more. Past classes and makeup tokens that were given keep it. A program can
        end when no class of it is held from today on.
      </p>
    </ActDialog>
  );
}

interface CalendarProps {
  readonly calendars: readonly ClosureCalendar[];
  readonly value: string;
  readonly change: (id: string) => void;
}

function CalendarField({ calendars, value, change }: CalendarProps) {
  const choices = [["", "None: never closed"], ...calendars.map(one => [one.id, one.name] as const)] as const;
  return (
    <SelectField
      label="Closures"
      hint="Its classes are not held on the closed days of this calendar."
      value={value}
      choices={choices}
      change={change}
    />
  );
}
