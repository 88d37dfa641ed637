import { useState } from "react";
import { dayDate, todayIn } from "../../parts/times";
import { useAnswer } from "../asking/useAnswer";
import { SECOND_FACTOR } from "./operations";
import { RemoveStep } from "./RemoveStep";
import { RenewCodes } from "./RenewCodes";
import { SetUpStep } from "./SetUpStep";
import "./secondStep.css";

/** The second step of signing in: whether it is on, setting it up, new recovery codes, and turning it off. */
export function SecondStep({ zone }: { zone: string }) {
  const { data, fault, reload } = useAnswer(SECOND_FACTOR, {});
  const [open, setOpen] = useState<"set up" | "renew" | "remove" | null>(null);
  const factor = data?.secondFactor ?? null;
  const isOn = factor !== null && factor.confirmedAt !== null;
  const close = () => {
    setOpen(null);
    reload();
  };
  return (
    <section className="group secondStep" aria-label="Second step" aria-busy={factor === null && fault === null}>
      <h2>Second step when signing in</h2>
      {fault !== null && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      {factor !== null && (
        <p role="status">
          {factor.confirmedAt === null ? (
            "Off. With it, signing in needs a code of an app on your phone beside the password."
          ) : (
            <>
              On since {dayDate(todayIn(zone, new Date(factor.confirmedAt)))}. {leftWords(factor.recoveryCodesLeft)}
            </>
          )}
          {factor.isRequired && " Your business requires it."}
        </p>
      )}
      <div className="stepActs">
        {factor !== null && !isOn && (
          <button type="button" className="button" onClick={() => setOpen("set up")}>
            Set it up
          </button>
        )}
        {isOn && (
          <button type="button" className="button" onClick={() => setOpen("renew")}>
            Make new recovery codes
          </button>
        )}
        {isOn && !factor.isRequired && (
          <button type="button" className="button quiet" onClick={() => setOpen("remove")}>
            Turn it off
          </button>
        )}
      </div>
      {open === "set up" && <SetUpStep close={close} />}
      {open === "renew" && <RenewCodes close={close} />}
      {open === "remove" && <RemoveStep close={close} />}
    </section>
  );
}

function leftWords(left: number): string {
  if (left === 0) return "You have no recovery codes left. Make new ones.";
  return left === 1 ? "One recovery code is left." : `${left} recovery codes are left.`;
}
