import type { FormEvent, ReactNode } from "react";
import { Dialog } from "../../../parts/Dialog";
import { TextField } from "../../../parts/Field";
import { FormEnd } from "../../../parts/FormEnd";
import { longDate } from "../../../parts/times";
import type { Answer } from "../../asking/useAnswer";
import type { LeavingFacts } from "./operations";

interface Props {
  readonly title: string;
  readonly act: string;
  readonly from: string;
  readonly today: string;
  readonly changeFrom: (from: string) => void;
  readonly preview: Answer<{ readonly preview: LeavingFacts }>;
  readonly doing: { readonly isBusy: boolean; readonly fault: string | null };
  readonly leave: () => Promise<void>;
  readonly close: () => void;
  readonly children?: ReactNode;
}

/** Asks from which date somebody leaves, and says what that would change before anything is changed. */
export function LeavingDialog({ title, act, from, today, changeFrom, preview, doing, leave, close, children }: Props) {
  // After a fault, the answer is still the one about another date.
  const effect = preview.fault === null ? (preview.data?.preview ?? null) : null;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    await leave();
  };
  return (
    <Dialog title={title} close={close}>
      <form className="form" onSubmit={submit}>
        <TextField
          label="From"
          hint="The first day without a place."
          type="date"
          required
          min={today}
          value={from}
          change={changeFrom}
        />
        {children}
        <div className="effects" role="status" aria-busy={preview.isLoading}>
          {preview.fault !== null && <p className="fault">{preview.fault}</p>}
          {effect !== null && <Effect of={effect} />}
        </div>
        <FormEnd
          act={act}
          isBusy={doing.isBusy}
          isDisabled={preview.isLoading || effect?.__typename !== "LeavingEffect"}
          fault={doing.fault}
          close={close}
          isDanger
        />
      </form>
    </Dialog>
  );
}

function Effect({ of: effect }: { of: LeavingFacts }) {
  if (effect.__typename === "PastIsFixed") {
    return (
      <p className="fault">Days that have passed stay as they were. Choose {longDate(effect.earliest)} or later.</p>
    );
  }
  const { unusedTokenCount, tokensLapseOn } = effect;
  const tokens = tokensLapseOn === null ? "keep their dates" : `can be used until ${longDate(tokensLapseOn)}`;
  return (
    <ul className="plainList">
      <li>{counted(effect.enrollmentCount, "place ends", "places end")}</li>
      {effect.makeupCount > 0 && (
        <li>{counted(effect.makeupCount, "booked makeup is given back", "booked makeups are given back")}</li>
      )}
      {effect.withdrawnRequestCount > 0 && (
        <li>{counted(effect.withdrawnRequestCount, "request is withdrawn", "requests are withdrawn")}</li>
      )}
      {unusedTokenCount > 0 && (
        <li>
          {counted(unusedTokenCount, "unused makeup token", "unused makeup tokens")}: they {tokens}
        </li>
      )}
      {effect.guardianCount > 0 && (
        <li>{counted(effect.guardianCount, "guardian loses access at once", "guardians lose access at once")}</li>
      )}
    </ul>
  );
}

function counted(count: number, one: string, more: string): string {
  return `${count === 0 ? "No" : count} ${count === 1 ? one : more}`;
}
