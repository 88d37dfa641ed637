import { type FormEvent, useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { CheckField } from "../../parts/Field";
import { SubmitButton } from "../../parts/SubmitButton";
import { useAct } from "../asking/useAct";
import { CANCEL_TASK, type Task } from "./operations";
import { kindWord } from "./taskWords";

export function StopDialog({ task, close }: { task: Task; close: () => void }) {
  const [withdrawEmails, setWithdraw] = useState(false);
  const cancel = useAct(CANCEL_TASK);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if ((await cancel.run({ backgroundTaskId: task.id, withdrawEmails })) !== null) close();
  };
  return (
    <Dialog title={`Stop: ${kindWord(task)}`} close={close}>
      <form className="form" onSubmit={submit}>
        <p>It stops between two items. What is done stays done, and the task then says what was not.</p>
        <CheckField
          label="Keep back e-mails that have not left yet"
          hint="They can be sent later from here."
          checked={withdrawEmails}
          change={setWithdraw}
        />
        {cancel.fault !== null && (
          <p className="fault" role="alert">
            {cancel.fault}
          </p>
        )}
        <div className="formEnd">
          <button type="button" className="button quiet" onClick={close}>
            Let it work
          </button>
          <SubmitButton isBusy={cancel.isBusy} isDanger>
            Stop the task
          </SubmitButton>
        </div>
      </form>
    </Dialog>
  );
}
