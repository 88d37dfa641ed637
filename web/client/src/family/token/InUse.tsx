import { type FormEvent, useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { SubmitButton } from "../../parts/SubmitButton";
import { useAct } from "../useAct";
import { GIVE_BACK, type OneToken, WITHDRAW } from "./operations";
import { until, use } from "./tokenWords";

interface Props {
  readonly token: OneToken;
  readonly givesBack: boolean;
  readonly finish: (sentence: string) => void;
}

/** What the token is used for, and how that is undone. */
export function InUse({ token, givesBack, finish }: Props) {
  const [isAsking, setAsking] = useState(false);
  const giving = useAct(GIVE_BACK);
  const withdrawing = useAct(WITHDRAW);
  const isRequest = token.state === "REQUESTED";
  const undo = async (event: FormEvent) => {
    event.preventDefault();
    const done = isRequest
      ? token.request && (await withdrawing.run({ makeupRequestId: token.request.id }))
      : await giving.run({ tokenId: token.id });
    if (done === null) return;
    setAsking(false);
    finish(isRequest ? "The request is withdrawn." : "The makeup is given back. You can use the token again.");
  };
  const fault = isRequest ? withdrawing.fault : giving.fault;
  const label = isRequest ? "Withdraw the request" : "Give it back";
  return (
    <section className="card part" aria-label="The makeup">
      <p>
        <strong>{use(token) ?? "A class that you may not see any more"}</strong>
      </p>
      {isRequest && <p className="muted">The office decides about it. You see its answer here.</p>}
      {(isRequest || (token.state === "PENDING" && givesBack)) && (
        <div>
          <button type="button" className="button" onClick={() => setAsking(true)}>
            {label}
          </button>
        </div>
      )}
      {isAsking && (
        <Dialog title={isRequest ? "Withdraw the request?" : "Give the makeup back?"} close={() => setAsking(false)}>
          <form className="form" onSubmit={undo}>
            <p>
              {use(token)}. {isRequest ? "" : "The place is free for somebody else at once."}
            </p>
            <p className="muted">The token can then be used for another class. {until(token)}.</p>
            <p className="fault" role="alert">
              {fault}
            </p>
            <div className="formEnd">
              <button type="button" className="button quiet" onClick={() => setAsking(false)}>
                Keep it
              </button>
              <SubmitButton isBusy={giving.isBusy || withdrawing.isBusy}>{label}</SubmitButton>
            </div>
          </form>
        </Dialog>
      )}
    </section>
  );
}
