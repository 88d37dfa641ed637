import { useState } from "react";
import { SelectField, TextField } from "../../parts/Field";
import { timeslotWords } from "../choosing/timeslots";
import { TriedDialog } from "./acting/TriedDialog";
import { WhenFields } from "./acting/WhenFields";
import { type TimeslotFacts, UPDATE_TIMESLOT, UPDATE_TIMESLOT_PREVIEW } from "./operations";
import { WEEKDAYS } from "./timeslots/SlotFields";

interface Props {
  readonly timeslot: TimeslotFacts;
  readonly today: string;
  readonly close: () => void;
  readonly done: () => void;
}

/** Moves a meeting time from a date on. What would happen is shown before it happens. */
export function TimeslotDialog({ timeslot, today, close, done }: Props) {
  const [weekday, setWeekday] = useState(String(timeslot.weekday ?? ""));
  const [startTime, setStartTime] = useState(timeslot.startTime.slice(0, 5));
  const [minutes, setMinutes] = useState(String(timeslot.durationMinutes));
  const [room, setRoom] = useState(timeslot.room ?? "");
  const [when, setWhen] = useState({ from: today, notifyFamilies: false });
  const input = {
    timeslotId: timeslot.id,
    ...(timeslot.weekday === null ? {} : { weekday: Number(weekday) }),
    startTime,
    durationMinutes: Number(minutes),
    room: room.trim() || null,
    ...when,
  };
  const isTimed = startTime !== "" && Number(minutes) > 0;
  return (
    <TriedDialog
      title={`Change ${timeslotWords(timeslot)}`}
      preview={UPDATE_TIMESLOT_PREVIEW}
      document={UPDATE_TIMESLOT}
      input={isTimed && when.from !== "" ? input : null}
      lacking={
        isTimed ? "Choose the first day on which the change holds." : "Say when it begins and how long it lasts."
      }
      act="Change"
      close={close}
      done={done}
    >
      <div className="pair">
        {timeslot.weekday !== null && (
          <SelectField label="Day" value={weekday} choices={WEEKDAYS} change={setWeekday} />
        )}
        <TextField label="Begins at" type="time" required value={startTime} change={setStartTime} />
        <TextField label="Minutes" type="number" min={1} max={1440} required value={minutes} change={setMinutes} />
        <TextField label="Room" value={room} change={setRoom} />
      </div>
      <WhenFields when={when} today={today} change={setWhen} />
    </TriedDialog>
  );
}
