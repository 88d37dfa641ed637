import { type FormEvent, useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { FormEnd } from "../../parts/FormEnd";
import { useAct } from "../asking/useAct";
import { useAnswer } from "../asking/useAnswer";
import { timeslotWords } from "../choosing/timeslots";
import { Effect, isPossible } from "./Effect";
import { END_TIMESLOT, END_TIMESLOT_PREVIEW, type TimeslotFacts } from "./operations";
import { WhenFields } from "./WhenFields";

interface Props {
  readonly timeslot: TimeslotFacts;
  readonly today: string;
  readonly close: () => void;
  readonly done: () => void;
}

export function EndTimeslotDialog({ timeslot, today, close, done }: Props) {
  const [when, setWhen] = useState({ from: today, notifyFamilies: false });
  const input = { timeslotId: timeslot.id, ...when };
  const preview = useAnswer(END_TIMESLOT_PREVIEW, when.from === "" ? null : { input });
  const end = useAct(END_TIMESLOT);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if ((await end.run(input)) !== null) done();
  };
  return (
    <Dialog title={`End ${timeslotWords(timeslot)}`} close={close}>
      <form className="form" onSubmit={submit}>
        <WhenFields when={when} today={today} change={setWhen} />
        <Effect preview={preview} />
        <FormEnd
          act="End these meetings"
          isBusy={end.isBusy}
          isDisabled={!isPossible(preview)}
          fault={end.fault}
          close={close}
          isDanger
        />
      </form>
    </Dialog>
  );
}
