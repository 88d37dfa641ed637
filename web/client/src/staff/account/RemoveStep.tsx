import { type FormEvent, useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { FormEnd } from "../../parts/FormEnd";
import { useAct } from "../asking/useAct";
import { CodeField } from "./CodeField";
import { REMOVE_SECOND_FACTOR } from "./operations";

/** Turns the second step off. */
export function RemoveStep({ close }: { close: () => void }) {
  const [code, setCode] = useState("");
  const remove = useAct(REMOVE_SECOND_FACTOR);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if ((await remove.run({ code: code.trim() })) !== null) close();
  };
  return (
    <Dialog title="Turn the second step off" close={close}>
      <form className="form" onSubmit={submit}>
        <p>Whoever knows your password can then sign in with it alone. Your recovery codes work no more.</p>
        <CodeField label="Code" hint="From your app, or one of your recovery codes." value={code} change={setCode} />
        <FormEnd act="Turn it off" isDanger isBusy={remove.isBusy} fault={remove.fault} close={close} />
      </form>
    </Dialog>
  );
}
