import { type FormEvent, useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { SelectField, TextField } from "../../parts/Field";
import { FormEnd } from "../../parts/FormEnd";
import { useAct } from "../asking/useAct";
import { useAnswer } from "../asking/useAnswer";
import { useSettled } from "../asking/useSettled";
import { timeslotWords, weekdayWord } from "../choosing/timeslots";
import { Effect, isPossible } from "./Effect";
import { type TimeslotFacts, UPDATE_TIMESLOT, UPDATE_TIMESLOT_PREVIEW } from "./operations";
import { WhenFields } from "./WhenFields";

interface Props {
  readonly timeslot: TimeslotFacts;
  readonly today: string;
  readonly close: () => void;
  readonly done: () => void;
}

const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7].map(day => [String(day), weekdayWord(day)] as const);

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
  const isComplete = startTime !== "" && Number(minutes) > 0 && when.from !== "";
  const asked = useSettled(JSON.stringify(isComplete ? { input } : null));
  const preview = useAnswer(UPDATE_TIMESLOT_PREVIEW, JSON.parse(asked) as { input: typeof input } | null);
  const update = useAct(UPDATE_TIMESLOT);
  const isCurrent = asked === JSON.stringify({ input });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if ((await update.run(input)) !== null) done();
  };
  return (
    <Dialog title={`Change ${timeslotWords(timeslot)}`} close={close}>
      <form className="form" onSubmit={submit}>
        <div className="pair">
          {timeslot.weekday !== null && (
            <SelectField label="Day" value={weekday} choices={WEEKDAYS} change={setWeekday} />
          )}
          <TextField label="Begins at" type="time" required value={startTime} change={setStartTime} />
          <TextField label="Minutes" type="number" min={1} max={1440} required value={minutes} change={setMinutes} />
          <TextField label="Room" value={room} change={setRoom} />
        </div>
        <WhenFields when={when} today={today} change={setWhen} />
        <Effect preview={preview} />
        <FormEnd
          act="Change"
          isBusy={update.isBusy}
          isDisabled={!isCurrent || !isPossible(preview)}
          fault={update.fault}
          close={close}
        />
      </form>
    </Dialog>
  );
}
