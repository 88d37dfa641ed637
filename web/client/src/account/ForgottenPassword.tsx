import { type FormEvent, useEffect, useState } from "react";
import { Link } from "../parts/Link";
import { wordsOf } from "../parts/plainFaults";
import { SubmitButton } from "../parts/SubmitButton";
import { FORGOTTEN } from "./operations";
import { askAnybody } from "./server";

/** Asks for a link with which a forgotten password is replaced. */
export function ForgottenPassword({ home }: { home: string }) {
  const [fault, setFault] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [email, setEmail] = useState<string | null>(null);
  useEffect(() => {
    document.title = "Forgotten password · Rollbook";
  }, []);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setBusy(true);
    setFault("");
    try {
      const given = String(new FormData(event.currentTarget).get("email"));
      const { requestPasswordReset: answer } = await askAnybody(FORGOTTEN, { email: given });
      if (answer === null) setFault("The server did not answer. Try again.");
      else if (answer.__typename === "RequestPasswordResetSuccess") setEmail(answer.email);
      else setFault(answer.message);
    } catch (reason) {
      setFault(wordsOf(reason, "The server cannot be reached."));
    }
    setBusy(false);
  };

  return (
    <main className="signIn">
      <section className="card door">
        <h1>Forgotten password</h1>
        {email === null ? (
          <form onSubmit={submit}>
            <label>
              E-mail address
              <input name="email" type="email" autoComplete="username" required maxLength={320} />
            </label>
            <p className="fault" role="alert">
              {fault}
            </p>
            <SubmitButton isBusy={isBusy}>Send me a link</SubmitButton>
          </form>
        ) : (
          <p>If {email} has an account, an e-mail with a link is on its way to it.</p>
        )}
        <Link to={home}>Back to signing in</Link>
      </section>
    </main>
  );
}
