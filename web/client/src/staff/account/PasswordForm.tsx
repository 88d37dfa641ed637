import { type FormEvent, useState } from "react";
import { TextField } from "../../parts/Field";
import { FormEnd } from "../../parts/FormEnd";
import { useAct } from "../asking/useAct";
import { CHANGE_PASSWORD } from "./operations";

/** Changes the viewer's password. All other sign-ins end. */
export function PasswordForm() {
  const [present, setPresent] = useState("");
  const [next, setNext] = useState("");
  const [isSaved, setSaved] = useState(false);
  const change = useAct(CHANGE_PASSWORD);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSaved(false);
    if ((await change.run({ presentPassword: present, newPassword: next })) === null) return;
    setPresent("");
    setNext("");
    setSaved(true);
  };
  return (
    <section className="group" aria-label="Password">
      <h2>Password</h2>
      <form className="form" onSubmit={submit}>
        <div className="pair">
          <TextField
            label="Present password"
            type="password"
            autoComplete="current-password"
            required
            value={present}
            change={setPresent}
          />
          <TextField
            label="New password"
            hint="At least 8 characters."
            type="password"
            autoComplete="new-password"
            minLength={8}
            required
            value={next}
            change={setNext}
          />
        </div>
        <p role="status" className="muted">
          {isSaved ? "Your password is changed. You are signed out everywhere else." : ""}
        </p>
        <FormEnd act="Change the password" isBusy={change.isBusy} fault={change.fault} />
      </form>
    </section>
  );
}
