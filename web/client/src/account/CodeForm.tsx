import type { FormEvent } from "react";

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
      <button type="submit" className="button main" disabled={isBusy}>
        Go on
      </button>
    </form>
  );
}
