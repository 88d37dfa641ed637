import { TextField } from "../../parts/Field";

interface Props {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly change: (code: string) => void;
}

/** A code of an authenticator app, or a recovery code. */
export function CodeField(props: Props) {
  return <TextField {...props} autoComplete="one-time-code" required maxLength={40} />;
}
