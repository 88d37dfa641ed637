import { CheckField, TextField } from "../../../parts/Field";
import { plainDate } from "../../../parts/times";
import type { Desk } from "../../operations";
import { may } from "../../permissions";

/** From which day a change holds, and whether that may be a day that has passed. */
export interface Since {
  readonly from: string;
  readonly correctsPast: boolean;
}

interface Props {
  readonly desk: Desk;
  readonly since: Since;
  readonly today: string;
  /** What stays as it was before that day. */
  readonly hint: string;
  readonly change: (since: Since) => void;
}

/** The first day of a change. Owners can also correct days that have passed. */
export function SinceFields({ desk, since, today, hint, change }: Props) {
  return (
    <>
      <TextField
        label="From"
        hint={hint}
        type="date"
        required
        min={since.correctsPast ? undefined : today}
        value={since.from}
        change={from => change({ ...since, from })}
      />
      {may(desk, "OWNER") && (
        <CheckField
          label="Correct days that have passed"
          hint="Choose the first of them above. Roll sheets and makeup tokens of these days can change."
          checked={since.correctsPast}
          change={correctsPast => change(correctedOrNot(since, correctsPast, today))}
        />
      )}
    </>
  );
}

/** Without a correction, a day that has passed cannot stay chosen. */
function correctedOrNot(since: Since, correctsPast: boolean, today: string): Since {
  return { correctsPast, from: correctsPast || since.from >= today ? since.from : today };
}

/** ", from Tue, Dec 1, 2026 on", for a day that is not today. */
export function fromWords(since: Since, today: string): string {
  return since.from === today ? "" : `, from ${plainDate(since.from)} on`;
}
