import { type FormEvent, useState } from "react";
import { counted } from "../../parts/counted";
import { Dialog } from "../../parts/Dialog";
import { CheckField, TextArea } from "../../parts/Field";
import { SubmitButton } from "../../parts/SubmitButton";
import { useAct } from "../asking/useAct";
import { useAnswer } from "../asking/useAnswer";
import { TellFamilies } from "../choosing/TellFamilies";
import { Effects } from "./Effects";
import { CANCEL_OCCURRENCES, CANCELLATION_PREVIEW, type CancellationPreview } from "./operations";
import { TokenWishes } from "./TokenWishes";
import { inputOf, NO_WISHES, type Wishes } from "./wishes";

interface Props {
  readonly occurrenceId: string;
  readonly title: string;
  readonly today: string;
  readonly close: () => void;
  readonly started: (taskId: string) => void;
}

/** Cancels a class for this day. What would happen is shown before it happens. */
export function CancelDialog({ occurrenceId, title, today, close, started }: Props) {
  const [wishes, setWishes] = useState<Wishes>(NO_WISHES);
  const change = (some: Partial<Wishes>) => setWishes({ ...wishes, ...some });
  const isComplete = !wishes.withTokens || wishes.expiry !== "date" || wishes.expiresOn >= today;
  // The comment changes nothing of what is counted.
  const variables = isComplete ? { input: inputOf(occurrenceId, { ...wishes, comment: "" }) } : null;
  const preview = useAnswer(CANCELLATION_PREVIEW, variables);
  const cancel = useAct(CANCEL_OCCURRENCES);
  // After a fault, the answer is still the one about other wishes.
  const effects = preview.fault === null ? (preview.data?.cancellationPreview ?? null) : null;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const done = await cancel.run(inputOf(occurrenceId, wishes));
    if (done !== null) started(done.backgroundTaskId);
  };
  return (
    <Dialog title={title} close={close}>
      <form className="form" onSubmit={submit}>
        <TextArea
          label="Reason (optional)"
          hint="Staff see it on the roll sheet, and families in the e-mail."
          value={wishes.comment}
          change={comment => change({ comment })}
        />
        <TellFamilies checked={wishes.notify} change={notify => change({ notify })} />
        <CheckField
          label="Create makeup tokens"
          checked={wishes.withTokens}
          change={withTokens => change({ withTokens })}
        />
        {wishes.withTokens && <TokenWishes wishes={wishes} today={today} change={change} />}
        <Effects preview={effects} isLoading={preview.isLoading} fault={preview.fault} withTokens={wishes.withTokens} />
        {cancel.fault !== null && (
          <p className="fault" role="alert">
            {cancel.fault}
          </p>
        )}
        <div className="formEnd">
          <button type="button" className="button quiet" onClick={close}>
            Keep the class
          </button>
          <SubmitButton
            isBusy={cancel.isBusy}
            isDisabled={preview.isLoading || effects === null || effects.occurrenceCount === 0}
            isDanger
          >
            {buttonText(effects)}
          </SubmitButton>
        </div>
      </form>
    </Dialog>
  );
}

function buttonText(preview: CancellationPreview | null): string {
  const also: string[] = [];
  if (preview !== null && preview.tokensToCreate > 0) also.push(`create ${counted(preview.tokensToCreate, "token")}`);
  if (preview !== null && preview.emailCount > 0) also.push(`send ${counted(preview.emailCount, "e-mail")}`);
  return ["Cancel the class", ...also].join(" & ");
}
