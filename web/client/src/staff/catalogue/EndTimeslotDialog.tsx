import { useState } from "react";
import { timeslotWords } from "../choosing/timeslots";
import { TriedDialog } from "./acting/TriedDialog";
import { WhenFields } from "./acting/WhenFields";
import { END_TIMESLOT, END_TIMESLOT_PREVIEW, type TimeslotFacts } from "./operations";

interface Props {
  readonly timeslot: TimeslotFacts;
  readonly today: string;
  readonly close: () => void;
  readonly done: () => void;
}

export function EndTimeslotDialog({ timeslot, today, close, done }: Props) {
  const [when, setWhen] = useState({ from: today, notifyFamilies: false });
  return (
    <TriedDialog
      title={`End ${timeslotWords(timeslot)}`}
      preview={END_TIMESLOT_PREVIEW}
      document={END_TIMESLOT}
      input={when.from === "" ? null : { timeslotId: timeslot.id, ...when }}
      lacking="Choose the first day without it."
      act="End these meetings"
      isDanger
      close={close}
      done={done}
    >
      <WhenFields when={when} today={today} change={setWhen} />
    </TriedDialog>
  );
}
