import { type FormEvent, useState } from "react";
import { Dialog } from "../../../parts/Dialog";
import { FormEnd } from "../../../parts/FormEnd";
import { useAct } from "../../asking/useAct";
import type { Desk } from "../../operations";
import { DraftFields } from "./DraftFields";
import { draftOf, inputOf } from "./drafts";
import { EDIT_TOKEN, type Program, type Token } from "./operations";

interface Props {
  readonly desk: Desk;
  readonly token: Token;
  readonly programs: readonly Program[];
  readonly close: () => void;
  readonly changed: () => void;
}

export function EditToken({ desk, token, programs, close, changed }: Props) {
  const [draft, setDraft] = useState(() => draftOf(token));
  const edit = useAct(EDIT_TOKEN);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if ((await edit.run({ tokenId: token.id, ...inputOf(draft) })) !== null) changed();
  };
  return (
    <Dialog title="Edit the token" close={close}>
      <form className="form" onSubmit={submit}>
        <DraftFields
          desk={desk}
          programs={programs}
          draft={draft}
          familiesSee={null}
          change={some => setDraft({ ...draft, ...some })}
        />
        <FormEnd act="Save" isBusy={edit.isBusy} fault={edit.fault} close={close} />
      </form>
    </Dialog>
  );
}
