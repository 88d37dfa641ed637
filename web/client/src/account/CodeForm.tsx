import type { FormEvent } from "react";
import { SubmitButton } from "../parts/SubmitButton";

interface Props {
  readonly label: string;
  readonly fault: string;
  readonly isBusy: boolean;
  readonly send: (code: string) => void;
}

/** Asks for the six digits of an authenticator app. */
export function CodeForm({ label, fault, isBusy, send }: Props) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    send(String(new FormData(event.currentTarget).get("code")).trim());
  };
  return (
    <form onSubmit={submit}>
      <label>
        {label}
        <input name="code" autoComplete="one-time-code" required maxLength={40} />
      </label>
      <p className="fault" role="alert">
        {fault}
      </p>
      <SubmitButton isBusy={isBusy}>Go on</SubmitButton>
    </form>
  );
}
