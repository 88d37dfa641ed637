import { useState } from "react";
import { TextField } from "../../../parts/Field";
import { TellFamilies } from "../../choosing/TellFamilies";
import { TriedDialog } from "../acting/TriedDialog";
import { type ClassFacts, CREATE_TIMESLOT, CREATE_TIMESLOT_PREVIEW } from "../operations";
import { SlotFields } from "./SlotFields";
import { inputOfSlot, lackingInSlot, newSlot } from "./slotDraft";

interface Props {
  readonly facts: ClassFacts;
  readonly today: string;
  readonly close: () => void;
  readonly done: () => void;
}

/** Lets an offering meet at another time too. */
export function NewTimeslotDialog({ facts, today, close, done }: Props) {
  const [slot, setSlot] = useState(() => ({ ...newSlot(), startsOn: facts.kind === "CLASS" ? today : "" }));
  const [notifyFamilies, setNotify] = useState(false);
  const lacking = lackingInSlot(facts.kind, slot);
  const input = { offeringId: facts.id, timeslot: inputOfSlot(facts.kind, slot), notifyFamilies };
  return (
    <TriedDialog
      title={`Add a time to ${facts.name}`}
      preview={CREATE_TIMESLOT_PREVIEW}
      document={CREATE_TIMESLOT}
      input={lacking === null ? input : null}
      lacking={lacking ?? ""}
      act="Add"
      close={close}
      done={done}
    >
      <SlotFields kind={facts.kind} slot={slot} change={some => setSlot({ ...slot, ...some })} />
      {facts.kind === "CLASS" && (
        <TextField
          label="From"
          type="date"
          required
          min={today}
          value={slot.startsOn}
          change={startsOn => setSlot({ ...slot, startsOn })}
        />
      )}
      <TellFamilies checked={notifyFamilies} change={setNotify} />
    </TriedDialog>
  );
}
