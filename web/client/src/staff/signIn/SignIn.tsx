import { type FormEvent, useState } from "react";
import { AskFault } from "../../live/ask";
import { Link } from "../../parts/Link";
import { askAnybody, session, sessionOf } from "../services";
import { type Credentials, DemoAccounts, useDemoAccounts } from "./DemoAccounts";
import { SIGN_IN } from "./operations";
import { SecondFactor, SecondFactorSetup } from "./SecondFactor";

type Choice = {
  readonly of: Credentials;
  readonly organizations: ReadonlyArray<{ organizationId: string; name: string }>;
};

export function SignIn() {
  const [fault, setFault] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [choice, setChoice] = useState<Choice | null>(null);
  const [step, setStep] = useState<{ readonly challenge: string; readonly isSetup: boolean } | null>(null);
  const accounts = useDemoAccounts();

  const enter = async (credentials: Credentials) => {
    setBusy(true);
    setFault(null);
    try {
      const { signIn } = await askAnybody(SIGN_IN, { input: credentials });
      if (signIn === null) setFault("The server did not answer. Try again.");
      else if (signIn.__typename === "SignInSuccess") session.begin(sessionOf(signIn));
      else if (signIn.__typename === "OrganizationChoiceRequired") {
        setChoice({ of: credentials, organizations: signIn.organizations });
      } else if ("challenge" in signIn) {
        setStep({ challenge: signIn.challenge, isSetup: signIn.__typename === "SecondFactorSetupRequired" });
      } else setFault(signIn.message);
    } catch (reason) {
      setFault(reason instanceof AskFault ? reason.message : "The server cannot be reached.");
    }
    setBusy(false);
  };

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void enter({
      email: String(form.get("email")),
      password: String(form.get("password")),
      portal: form.get("portal") === "STAFF" ? "STAFF" : "OFFICE",
    });
  };

  if (step !== null) {
    return (
      <main className="signIn">
        <section className="card door">
          {step.isSetup ? (
            <SecondFactorSetup challenge={step.challenge} />
          ) : (
            <SecondFactor challenge={step.challenge} />
          )}
        </section>
      </main>
    );
  }
  return (
    <main className="signIn">
      <section className="card door">
        <h1>Sign in to Rollbook</h1>
        <form onSubmit={submit}>
          <label>
            E-mail address
            <input name="email" type="email" autoComplete="username" required maxLength={320} />
          </label>
          <label>
            Password
            <input name="password" type="password" autoComplete="current-password" required maxLength={1024} />
          </label>
          <fieldset className="portals">
            <legend>Portal</legend>
            <label>
              <input type="radio" name="portal" value="OFFICE" defaultChecked /> Office
            </label>
            <label>
              <input type="radio" name="portal" value="STAFF" /> Staff
            </label>
          </fieldset>
          <p className="fault" role="alert">
            {fault}
          </p>
          <button type="submit" className="button main" disabled={isBusy}>
            Sign in
          </button>
          <Link to="/forgot-password">Forgotten password?</Link>
        </form>
        {choice && (
          <section className="choices" aria-label="Businesses">
            <p>You work for several businesses. Which one do you want to open?</p>
            {choice.organizations.map(one => (
              <button
                key={one.organizationId}
                type="button"
                className="button"
                onClick={() => void enter({ ...choice.of, organizationId: one.organizationId })}
              >
                {one.name}
              </button>
            ))}
          </section>
        )}
      </section>
      {accounts.length > 0 && <DemoAccounts accounts={accounts} isBusy={isBusy} enter={enter} />}
    </main>
  );
}
