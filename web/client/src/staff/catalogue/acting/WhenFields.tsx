import { TextField } from "../../../parts/Field";
import { TellFamilies } from "../../choosing/TellFamilies";

export interface When {
  readonly from: string;
  readonly notifyFamilies: boolean;
}

interface Props {
  readonly when: When;
  readonly today: string;
  readonly change: (when: When) => void;
}

/** From which day a change holds, and whether families are told. The days before stay as they were. */
export function WhenFields({ when, today, change }: Props) {
  return (
    <>
      <TextField
        label="From"
        hint="The days before stay as they were."
        type="date"
        required
        min={today}
        value={when.from}
        change={from => change({ ...when, from })}
      />
      <TellFamilies checked={when.notifyFamilies} change={notifyFamilies => change({ ...when, notifyFamilies })} />
    </>
  );
}
