import { type FormEvent, useState } from "react";
import { AppKey } from "../../parts/AppKey";
import { Dialog } from "../../parts/Dialog";
import { TextField } from "../../parts/Field";
import { FormEnd } from "../../parts/FormEnd";
import { useAct } from "../asking/useAct";
import { CodeField } from "./CodeField";
import { BEGIN_SECOND_FACTOR, TURN_ON_SECOND_FACTOR } from "./operations";
import { CodesDialog } from "./RecoveryCodes";
import { StepHead } from "./StepHead";

/** Sets up the second step: the password, the key for an app with its first code, and the recovery codes. */
export function SetUpStep({ close }: { close: () => void }) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [key, setKey] = useState<{ readonly secret: string; readonly uri: string } | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const begin = useAct(BEGIN_SECOND_FACTOR);
  const turnOn = useAct(TURN_ON_SECOND_FACTOR);
  const prove = async (event: FormEvent) => {
    event.preventDefault();
    setKey(await begin.run({ presentPassword: password }));
  };
  const confirmCode = async (event: FormEvent) => {
    event.preventDefault();
    const done = await turnOn.run({ code: code.trim() });
    if (done !== null) setCodes(done.recoveryCodes);
  };
  if (codes !== null) return <CodesDialog codes={codes} close={close} />;
  return (
    <Dialog title="Set up the second step" close={close}>
      {key === null ? (
        <form className="form" onSubmit={prove}>
          <TextField
            label="Your password"
            hint="To make sure that it is you."
            type="password"
            autoComplete="current-password"
            required
            value={password}
            change={setPassword}
          />
          <FormEnd act="Go on" isBusy={begin.isBusy} fault={begin.fault} close={close} />
        </form>
      ) : (
        <form className="form" onSubmit={confirmCode}>
          <StepHead>Add the key to an app</StepHead>
          <AppKey {...key} />
          <CodeField label="The code that the app shows" value={code} change={setCode} />
          <FormEnd act="Turn it on" isBusy={turnOn.isBusy} fault={turnOn.fault} close={close} />
        </form>
      )}
    </Dialog>
  );
}
