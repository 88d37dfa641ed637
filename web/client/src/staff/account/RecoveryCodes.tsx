import { useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { CheckField } from "../../parts/Field";
import { StepHead } from "./StepHead";

interface Props {
  readonly codes: readonly string[];
  readonly close: () => void;
}

const LEAVE = "The codes are not shown again. Close without having kept them?";

/** The recovery codes, which are shown this once: to copy, to print, to write down. */
export function CodesDialog({ codes, close }: Props) {
  const [isKept, setKept] = useState(false);
  const [told, setTold] = useState("");
  const copy = () =>
    navigator.clipboard.writeText(codes.join("\n")).then(
      () => setTold("The codes are copied."),
      () => setTold("This browser does not allow copying. Write the codes down."),
    );
  return (
    <Dialog title="Your recovery codes" close={() => (isKept || confirm(LEAVE)) && close()}>
      <div className="form">
        <StepHead>The second step is on. Keep these codes now.</StepHead>
        <p>Each signs you in once when you do not have your phone. They are not shown again.</p>
        <div className="printed">
          <p className="onPaper">Recovery codes for Rollbook at {location.host}. Each can be used once.</p>
          <ul className="recoveryCodes">
            {codes.map(code => (
              <li key={code}>
                <code>{code}</code>
              </li>
            ))}
          </ul>
        </div>
        <div className="stepActs">
          <button type="button" className="button" onClick={copy}>
            Copy
          </button>
          <button type="button" className="button" onClick={() => print()}>
            Print
          </button>
        </div>
        <p role="status" className="muted hint">
          {told}
        </p>
        <CheckField label="I have kept them where I find them without my phone" checked={isKept} change={setKept} />
        <div className="formEnd">
          <button type="button" className="button main" disabled={!isKept} onClick={close}>
            Done
          </button>
        </div>
      </div>
    </Dialog>
  );
}
