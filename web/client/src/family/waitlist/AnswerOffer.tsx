import type { FormEvent } from "react";
import { Dialog } from "../../parts/Dialog";
import { SubmitButton } from "../../parts/SubmitButton";
import { longDate } from "../../parts/times";
import { useAct } from "../useAct";
import { ACCEPT_PLACE, DECLINE_PLACE, type Wait } from "./operations";

interface Props {
  readonly wait: Wait;
  readonly accepts: boolean;
  readonly firstName: string;
  /** Called when the window closes, with what was done, or null when nothing was. */
  readonly close: (said: string | null) => void;
}

/** Asks once more before a place is taken, or is left to the next in line. */
export function AnswerOffer({ wait, accepts, firstName, close }: Props) {
  const accepting = useAct(ACCEPT_PLACE);
  const declining = useAct(DECLINE_PLACE);
  const { name } = wait.offering;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const answer = { enrollmentId: wait.id };
    if (accepts) {
      const done = await accepting.run(answer);
      if (done !== null) close(`${firstName} has a place in ${name} from ${longDate(done.enrollment.startsOn)}.`);
    } else if ((await declining.run(answer)) !== null) close(`${firstName} does not wait for ${name} any more.`);
  };
  return (
    <Dialog title={accepts ? "Take the place?" : "Decline the place?"} close={() => close(null)}>
      <form className="form" onSubmit={submit}>
        <p>
          {accepts
            ? `${firstName} gets a lasting place in ${name}.`
            : `The place goes to the next in line, and ${firstName} leaves the waitlist for ${name}. Whoever joins it again is the last in line.`}
        </p>
        <p className="fault" role="alert">
          {accepts ? accepting.fault : declining.fault}
        </p>
        <div className="formEnd">
          <button type="button" className="button quiet" onClick={() => close(null)}>
            Not now
          </button>
          <SubmitButton isBusy={accepting.isBusy || declining.isBusy} isDanger={!accepts}>
            {accepts ? "Take it" : "Decline it"}
          </SubmitButton>
        </div>
      </form>
    </Dialog>
  );
}
