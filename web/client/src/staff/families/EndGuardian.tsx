import type { FormEvent } from "react";
import { Dialog } from "../../parts/Dialog";
import { FormEnd } from "../../parts/FormEnd";
import { useAct } from "../asking/useAct";
import { END_GUARDIAN, type GuardianFacts } from "./operations";

interface Props {
  readonly guardian: GuardianFacts;
  readonly close: () => void;
  readonly done: () => void;
}

export function EndGuardian({ guardian, close, done }: Props) {
  const end = useAct(END_GUARDIAN);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if ((await end.run({ guardianId: guardian.id })) !== null) done();
  };
  return (
    <Dialog title={`End the access of ${guardian.firstName} ${guardian.lastName}?`} close={close}>
      <form className="form" onSubmit={submit}>
        <p>
          {guardian.firstName} is signed out at once and cannot sign in again, and these telephone numbers find the
          family at a kiosk no longer. What {guardian.firstName} did stays on record.
        </p>
        <FormEnd act="End the access" isBusy={end.isBusy} fault={end.fault} close={close} isDanger />
      </form>
    </Dialog>
  );
}
