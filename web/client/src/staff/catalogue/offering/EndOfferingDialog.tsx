import { useState } from "react";
import { TriedDialog } from "../acting/TriedDialog";
import { WhenFields } from "../acting/WhenFields";
import type { ClassFacts } from "../operations";
import { END_OFFERING, END_OFFERING_PREVIEW } from "./operations";

interface Props {
  readonly facts: ClassFacts;
  readonly today: string;
  readonly close: () => void;
  readonly done: () => void;
}

export function EndOfferingDialog({ facts, today, close, done }: Props) {
  const [when, setWhen] = useState({ from: today, notifyFamilies: false });
  return (
    <TriedDialog
      title={`End ${facts.name}`}
      preview={END_OFFERING_PREVIEW}
      document={END_OFFERING}
      input={when.from === "" ? null : { offeringId: facts.id, ...when }}
      lacking="Choose the first day without it."
      act="End it"
      isDanger
      close={close}
      done={done}
    >
      <p>It is not held any more from this day on. Its enrollments end, and booked makeups are given back.</p>
      <WhenFields when={when} today={today} change={setWhen} />
    </TriedDialog>
  );
}
