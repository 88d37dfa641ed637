import { type FormEvent, useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { TextField } from "../../parts/Field";
import { FormEnd } from "../../parts/FormEnd";
import { useAct } from "../asking/useAct";
import { useAnswer } from "../asking/useAnswer";
import { useSettled } from "../asking/useSettled";
import { Effect, isPossible } from "./Effect";
import { type ClassFacts, UPDATE_CLASS, UPDATE_CLASS_PREVIEW } from "./operations";
import { WhenFields } from "./WhenFields";

interface Props {
  readonly facts: ClassFacts;
  readonly today: string;
  readonly close: () => void;
  readonly done: () => void;
}

/** Changes the name and the places of a class. */
export function ClassDialog({ facts, today, close, done }: Props) {
  const [name, setName] = useState(facts.name);
  const [capacity, setCapacity] = useState(facts.capacity === null ? "" : String(facts.capacity));
  const [when, setWhen] = useState({ from: today, notifyFamilies: false });
  const input = { offeringId: facts.id, name, capacity: capacity === "" ? null : Number(capacity), ...when };
  const asked = useSettled(JSON.stringify(name.trim() === "" || when.from === "" ? null : { input }));
  const preview = useAnswer(UPDATE_CLASS_PREVIEW, JSON.parse(asked) as { input: typeof input } | null);
  const update = useAct(UPDATE_CLASS);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if ((await update.run(input)) !== null) done();
  };
  return (
    <Dialog title={`Change ${facts.name}`} close={close}>
      <form className="form" onSubmit={submit}>
        <div className="pair">
          <TextField label="Name" required value={name} change={setName} />
          <TextField
            label="Places"
            hint="Empty: any number of students."
            type="number"
            min={0}
            value={capacity}
            change={setCapacity}
          />
        </div>
        <WhenFields when={when} today={today} change={setWhen} />
        <Effect preview={preview} />
        <FormEnd
          act="Change"
          isBusy={update.isBusy}
          isDisabled={asked !== JSON.stringify({ input }) || !isPossible(preview)}
          fault={update.fault}
          close={close}
        />
      </form>
    </Dialog>
  );
}
