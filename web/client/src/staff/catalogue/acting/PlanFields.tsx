import { useState } from "react";
import { TellFamilies } from "../../choosing/TellFamilies";
import type { Desk } from "../../operations";
import { type Since, SinceFields } from "./SinceFields";

/** A change that holds from a day on, and may be planned already. */
interface Plan {
  readonly since: Since;
  readonly notifyFamilies: boolean;
  readonly isOther: boolean;
  readonly isTakenBack: boolean;
  readonly setSince: (since: Since) => void;
  readonly setNotify: (notifies: boolean) => void;
}

/**
 * What a dialog chooses about a value that can change from a day on.
 *
 * plannedFrom -- the first day of what is planned already; null: nothing is
 * isOther -- whether another value is chosen than the one that holds now. If not, what is planned is taken back.
 */
export function usePlan(plannedFrom: string | null, today: string, isOther: boolean): Plan {
  const [since, setSince] = useState<Since>({ from: plannedFrom ?? today, correctsPast: false });
  const [notifyFamilies, setNotify] = useState(false);
  return { since, notifyFamilies, isOther, isTakenBack: plannedFrom !== null && !isOther, setSince, setNotify };
}

interface Props {
  readonly desk: Desk;
  readonly plan: Plan;
  readonly today: string;
  /** What stays as it was before the day. */
  readonly hint: string;
}

export function PlanFields({ desk, plan, today, hint }: Props) {
  return (
    <>
      {plan.isOther && <SinceFields desk={desk} since={plan.since} today={today} hint={hint} change={plan.setSince} />}
      {plan.isTakenBack && <p className="hint">The change that was planned is taken back.</p>}
      {(plan.isOther || plan.isTakenBack) && <TellFamilies checked={plan.notifyFamilies} change={plan.setNotify} />}
    </>
  );
}
