import { CheckField, SelectField, TextField } from "../../parts/Field";
import type { Wishes } from "./wishes";

interface Props {
  readonly wishes: Wishes;
  readonly today: string;
  readonly change: (some: Partial<Wishes>) => void;
}

const EXPIRIES = [
  ["settings", "By the settings"],
  ["date", "On a date"],
  ["never", "Never"],
] as const;

export function TokenWishes({ wishes, today, change }: Props) {
  return (
    <div className="indented">
      <div className="pair">
        <SelectField
          label="The tokens expire"
          value={wishes.expiry}
          choices={EXPIRIES}
          change={expiry => change({ expiry, expiresOn: wishes.expiresOn === "" ? today : wishes.expiresOn })}
        />
        {wishes.expiry === "date" && (
          <TextField
            label="Last day"
            type="date"
            min={today}
            required
            value={wishes.expiresOn}
            change={expiresOn => change({ expiresOn })}
          />
        )}
      </div>
      <CheckField
        label="Also for students who have reached their limit"
        checked={wishes.overrideLimit}
        change={overrideLimit => change({ overrideLimit })}
      />
      <CheckField
        label="Tell the families of their tokens by e-mail"
        checked={wishes.tokenEmails}
        change={tokenEmails => change({ tokenEmails })}
      />
    </div>
  );
}
