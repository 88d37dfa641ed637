import { type FormEvent, useState } from "react";
import { Link } from "../parts/Link";
import { wordsOf } from "../parts/plainFaults";
import { SubmitButton } from "../parts/SubmitButton";
import { type Credentials, DemoAccounts, useDemoAccounts } from "./DemoAccounts";
import { type Door, PORTAL_WORDS, type PortalName } from "./door";
import { SIGN_IN } from "./operations";
import { SecondFactor, SecondFactorSetup } from "./SecondFactor";
import { askAnybody, sessionOf } from "./server";

type Choice = {
  readonly of: Credentials;
  readonly organizations: ReadonlyArray<{ organizationId: string; name: string }>;
};

export function SignIn({ door }: { door: Door }) {
  const { session, portals } = door;
  const [fault, setFault] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [choice, setChoice] = useState<Choice | null>(null);
  const [step, setStep] = useState<{ readonly challenge: string; readonly isSetup: boolean } | null>(null);
  const accounts = useDemoAccounts(portals);

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
      } else {
        const isElsewhere = "reason" in signIn && signIn.reason === "WRONG_PORTAL" && portals.length > 1;
        setFault(isElsewhere ? `${signIn.message} Choose the other one and sign in again.` : signIn.message);
      }
    } catch (reason) {
      setFault(wordsOf(reason, "The server cannot be reached."));
    }
    setBusy(false);
  };

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void enter({
      email: String(form.get("email")),
      password: String(form.get("password")),
      portal: (form.get("portal") as PortalName | null) ?? portals[0],
    });
  };

  if (step !== null) {
    return (
      <main className="signIn">
        <section className="card door">
          {step.isSetup ? (
            <SecondFactorSetup session={session} challenge={step.challenge} />
          ) : (
            <SecondFactor session={session} challenge={step.challenge} />
          )}
        </section>
      </main>
    );
  }
  return (
    <main className="signIn">
      <section className="card door">
        <h1>{door.title}</h1>
        <form onSubmit={submit}>
          <label>
            E-mail address
            <input name="email" type="email" autoComplete="username" required maxLength={320} />
          </label>
          <label>
            Password
            <input name="password" type="password" autoComplete="current-password" required maxLength={1024} />
          </label>
          {portals.length > 1 && (
            <fieldset className="portals">
              <legend>Portal</legend>
              {portals.map((portal, place) => (
                <label key={portal}>
                  <input type="radio" name="portal" value={portal} defaultChecked={place === 0} />{" "}
                  {PORTAL_WORDS[portal]}
                </label>
              ))}
            </fieldset>
          )}
          <p className="fault" role="alert">
            {fault}
          </p>
          <SubmitButton isBusy={isBusy}>Sign in</SubmitButton>
          <Link to={door.forgotten}>Forgotten password?</Link>
        </form>
        {choice && (
          <section className="choices" aria-label="Businesses">
            <p>You have accounts at several businesses. Which one do you want to open?</p>
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
