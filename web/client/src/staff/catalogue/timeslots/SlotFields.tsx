import { SelectField, TextField } from "../../../parts/Field";
import { weekdayWord } from "../../choosing/timeslots";
import type { Kind } from "../offering/draft";
import type { SlotDraft } from "./slotDraft";

export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7].map(day => [String(day), weekdayWord(day)] as const);

interface Props {
  readonly kind: Kind;
  readonly slot: SlotDraft;
  readonly change: (some: Partial<SlotDraft>) => void;
}

/** When it meets: weekly for a class, on the days from the first to the last for a camp, once for an appointment. */
export function SlotFields({ kind, slot, change }: Props) {
  return (
    <div className="pair slot">
      {kind === "CLASS" && (
        <SelectField label="Day" value={slot.weekday} choices={WEEKDAYS} change={weekday => change({ weekday })} />
      )}
      {kind !== "CLASS" && (
        <TextField
          label={kind === "CAMP" ? "First day" : "Date"}
          type="date"
          required
          value={slot.startsOn}
          change={startsOn => change({ startsOn })}
        />
      )}
      {kind === "CAMP" && (
        <TextField
          label="Last day"
          type="date"
          required
          min={slot.startsOn}
          value={slot.endsOn}
          change={endsOn => change({ endsOn })}
        />
      )}
      <TextField
        label="Begins at"
        type="time"
        required
        value={slot.startTime}
        change={startTime => change({ startTime })}
      />
      <TextField
        label="Minutes"
        type="number"
        min={1}
        max={1440}
        required
        value={slot.minutes}
        change={minutes => change({ minutes })}
      />
      <TextField label="Room" maxLength={200} value={slot.room} change={room => change({ room })} />
    </div>
  );
}
