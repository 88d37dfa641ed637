import { type FormEvent, useState } from "react";
import { SelectField, TextField } from "../../../parts/Field";
import { FormEnd } from "../../../parts/FormEnd";
import { Link } from "../../../parts/Link";
import { go } from "../../../parts/navigation";
import { todayIn } from "../../../parts/times";
import { useTitle } from "../../../parts/useTitle";
import { useAnswer } from "../../asking/useAnswer";
import { Effect } from "../acting/Effect";
import { useTried } from "../acting/useTried";
import { SlotFields } from "../timeslots/SlotFields";
import { newSlot, type SlotDraft } from "../timeslots/slotDraft";
import { type Choices, inputOfNew, type Kind, lackingInNew, newOffering } from "./draft";
import { OfferingFields } from "./OfferingFields";
import { CREATE_OFFERING, CREATE_OFFERING_PREVIEW, OFFERING_CHOICES } from "./operations";
import "../catalogue.css";

const KINDS: readonly (readonly [Kind, string])[] = [
  ["CLASS", "Class: every week"],
  ["CAMP", "Camp: every day from a first to a last day"],
  ["APPOINTMENT", "Appointment: one day"],
];

/** Makes a class, a camp or an appointment. */
export function NewOffering() {
  useTitle("Add a class");
  const { data, fault } = useAnswer(OFFERING_CHOICES, {});
  return (
    <main className="page">
      <Link to="/classes" className="back">
        ‹ Classes
      </Link>
      <h1>Add a class, a camp or an appointment</h1>
      {fault !== null && <p className="fault">{fault}</p>}
      {data !== null && data.locations.length === 0 && (
        <p className="banner">
          It needs a location, and there is none yet. <Link to="/locations">Add a location first.</Link>
        </p>
      )}
      {data !== null && data.locations.length > 0 && <OfferingForm choices={data} />}
    </main>
  );
}

function OfferingForm({ choices }: { choices: Choices }) {
  const first = choices.locations[0];
  const [today] = useState(() => todayIn(first?.timeZone ?? "UTC"));
  const [draft, setDraft] = useState(() => newOffering(today, first?.id ?? ""));
  const lacking = lackingInNew(draft);
  const input = lacking === null ? inputOfNew(draft) : null;
  const { preview, doing, isReady } = useTried(CREATE_OFFERING_PREVIEW, CREATE_OFFERING, input);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const done = input === null ? null : await doing.run(input);
    if (done !== null) go(`/classes/${done.offering.id}`);
  };
  const setSlots = (slots: readonly SlotDraft[]) => setDraft({ ...draft, slots });
  return (
    <form className="form newOffering" onSubmit={submit}>
      <SelectField label="Kind" value={draft.kind} choices={KINDS} change={kind => setDraft({ ...draft, kind })} />
      <OfferingFields draft={draft} choices={choices} today={today} change={some => setDraft({ ...draft, ...some })} />
      <Slots kind={draft.kind} slots={draft.slots} change={setSlots} />
      {draft.kind === "CLASS" && (
        <TextField
          label="From"
          hint="It meets from this day on, as long as its sessions last."
          type="date"
          required
          min={today}
          value={draft.from}
          change={from => setDraft({ ...draft, from })}
        />
      )}
      <Effect preview={preview} lacking={lacking} />
      <FormEnd act="Add" isBusy={doing.isBusy} isDisabled={!isReady} fault={doing.fault} />
    </form>
  );
}

interface SlotsProps {
  readonly kind: Kind;
  readonly slots: readonly SlotDraft[];
  readonly change: (slots: readonly SlotDraft[]) => void;
}

function Slots({ kind, slots, change }: SlotsProps) {
  const set = (key: string, some: Partial<SlotDraft>) =>
    change(slots.map(one => (one.key === key ? { ...one, ...some } : one)));
  return (
    <>
      {slots.map((one, at) => (
        <fieldset key={one.key} className="card slotCard">
          <legend>{slots.length === 1 ? "When it meets" : `Time ${at + 1}`}</legend>
          <SlotFields kind={kind} slot={one} change={some => set(one.key, some)} />
          {slots.length > 1 && (
            <button
              type="button"
              className="button quiet flush"
              onClick={() => change(slots.filter(each => each.key !== one.key))}
            >
              Without this time
            </button>
          )}
        </fieldset>
      ))}
      <button type="button" className="button quiet addSlot" onClick={() => change([...slots, newSlot()])}>
        Add another time
      </button>
    </>
  );
}
