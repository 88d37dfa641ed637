import { type FormEvent, useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { FormEnd } from "../../parts/FormEnd";
import { useAct } from "../asking/useAct";
import { CodeField } from "./CodeField";
import { RENEW_RECOVERY_CODES } from "./operations";
import { CodesDialog } from "./RecoveryCodes";

/** Makes ten new recovery codes in place of all earlier ones. */
export function RenewCodes({ close }: { close: () => void }) {
  const [code, setCode] = useState("");
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const renew = useAct(RENEW_RECOVERY_CODES);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const done = await renew.run({ code: code.trim() });
    if (done !== null) setCodes(done.recoveryCodes);
  };
  if (codes !== null) return <CodesDialog codes={codes} close={close} />;
  return (
    <Dialog title="Make new recovery codes" close={close}>
      <form className="form" onSubmit={submit}>
        <p>The codes that you have now work no more afterwards.</p>
        <CodeField label="Code" hint="From your app, or one of your recovery codes." value={code} change={setCode} />
        <FormEnd act="Make new codes" isBusy={renew.isBusy} fault={renew.fault} close={close} />
      </form>
    </Dialog>
  );
}
