import { useState } from "react";
import { SelectField, TextField } from "../../../parts/Field";
import { todayIn } from "../../../parts/times";
import type { Desk } from "../../operations";
import { ActDialog } from "../acting/ActDialog";
import { PlanFields, usePlan } from "../acting/PlanFields";
import { fromWords } from "../acting/SinceFields";
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
      lacking="Type a name."
      act="Add"
      close={close}
      done={({ program }) => done(`${program.name} was added.`)}
    >
      <TextField label="Name" required maxLength={200} value={name} change={setName} />
      <CalendarField calendars={calendars} value={calendar} change={setCalendar} />
    </ActDialog>
  );
}

interface OfProgram extends WithCalendars {
  readonly desk: Desk;
  readonly program: ProgramFacts;
}

export function ChangeProgram({ desk, program, calendars, close, done }: OfProgram) {
  const [name, setName] = useState(program.name);
  const planned = program.plannedBlackoutSchedule;
  const present = program.blackoutSchedule?.id ?? "";
  const [calendar, setCalendar] = useState(planned === null ? present : (planned.blackoutSchedule?.id ?? ""));
  const [today] = useState(() => todayIn(desk.locations[0]?.timeZone ?? "UTC"));
  const plan = usePlan(planned?.from ?? null, today, calendar !== present);
  const { since, notifyFamilies, isOther, isTakenBack } = plan;
  const input = {
    programId: program.id,
    name,
    ...(isOther ? { blackoutScheduleId: calendar || null, ...since, notifyFamilies } : {}),
    ...(isTakenBack ? { blackoutScheduleId: calendar || null, notifyFamilies } : {}),
  };
  const lacking = name.trim() === "" ? "Type a name." : null;
  const undated = isOther && since.from === "" ? "Choose the first day with the other closures." : null;
  return (
    <TriedDialog
      title={`Change ${program.name}`}
      preview={UPDATE_PROGRAM_PREVIEW}
      document={UPDATE_PROGRAM}
      input={lacking === null && undated === null ? input : null}
      lacking={lacking ?? undated ?? ""}
      act="Change"
      close={close}
      done={result => done(`${result.program.name} was changed${isOther ? fromWords(since, today) : ""}.`)}
    >
      <TextField label="Name" required maxLength={200} value={name} change={setName} />
      <CalendarField calendars={calendars} value={calendar} change={setCalendar} />
      <PlanFields
        desk={desk}
        plan={plan}
        today={today}
        hint="Before this day, its classes keep the closures that they had."
      />
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
