import { type FormEvent, useEffect, useState } from "react";
import type { ResultOf } from "../../../graphql";
import { Dialog } from "../../../parts/Dialog";
import { CheckField } from "../../../parts/Field";
import { FormEnd } from "../../../parts/FormEnd";
import { type Done, useAct } from "../../asking/useAct";
import { useAnswer } from "../../asking/useAnswer";
import type { Desk } from "../../operations";
import type { StudentFacts } from "../operations";
import { DraftFields } from "./DraftFields";
import { buttonText, inputOf, newDraft, type TokenDraft } from "./drafts";
import { CREATE_TOKENS, type Program, TOKEN_DEFAULTS } from "./operations";

export type Created = Done<ResultOf<typeof CREATE_TOKENS>>;

interface Props {
  readonly desk: Desk;
  readonly student: StudentFacts;
  readonly programs: readonly Program[];
  readonly close: () => void;
  readonly created: (done: Created) => void;
}

/** Creates one or many tokens at once: all of them or none. */
export function CreateTokens({ desk, student, programs, close, created }: Props) {
  const { data, fault } = useAnswer(TOKEN_DEFAULTS, { studentId: student.id });
  const defaults = data?.tokenDefaults ?? null;
  const [drafts, setDrafts] = useState<readonly TokenDraft[]>([]);
  const create = useAct(CREATE_TOKENS);
  useEffect(() => {
    if (defaults !== null) setDrafts(before => (before.length === 0 ? [newDraft(defaults)] : before));
  }, [defaults]);
  const change = (key: string, some: Partial<TokenDraft>) =>
    setDrafts(drafts.map(draft => (draft.key === key ? { ...draft, ...some } : draft)));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const tokens = drafts.map(draft => ({ ...inputOf(draft), sendEmail: draft.sendEmail }));
    const done = await create.run({ studentId: student.id, tokens });
    if (done !== null) created(done);
  };
  const hasAddress = student.family.email !== null;
  return (
    <Dialog title={`Makeup tokens for ${student.firstName} ${student.lastName}`} close={close}>
      <form className="form" onSubmit={submit}>
        {fault !== null && <p className="fault">{fault}</p>}
        {drafts.map((draft, at) => (
          <fieldset key={draft.key} className="form draft">
            <legend className={drafts.length === 1 ? "unseen" : ""}>Token {at + 1}</legend>
            <DraftFields
              desk={desk}
              programs={programs}
              draft={draft}
              familiesSee={defaults?.familiesSeeComments ?? null}
              change={some => change(draft.key, some)}
            />
            <CheckField
              label="Tell the family by e-mail"
              hint={hasAddress ? undefined : "The family has no e-mail address."}
              checked={draft.sendEmail}
              change={sendEmail => change(draft.key, { sendEmail })}
            />
            {drafts.length > 1 && (
              <button
                type="button"
                className="button quiet flush"
                aria-label={`Remove token ${at + 1}`}
                onClick={() => setDrafts(drafts.filter(one => one.key !== draft.key))}
              >
                Remove
              </button>
            )}
          </fieldset>
        ))}
        {defaults !== null && (
          <button
            type="button"
            className="button"
            onClick={() => {
              const last = drafts.at(-1);
              const next = newDraft(defaults);
              setDrafts([...drafts, last === undefined ? next : { ...last, key: next.key }]);
            }}
          >
            Add another
          </button>
        )}
        <FormEnd
          act={buttonText(drafts)}
          isBusy={create.isBusy}
          isDisabled={drafts.length === 0}
          fault={create.fault}
          close={close}
        />
      </form>
    </Dialog>
  );
}
