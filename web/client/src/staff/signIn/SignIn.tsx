import { type FormEvent, useEffect, useState } from "react";
import { AskFault } from "../../live/ask";
import { Link } from "../../parts/Link";
import { askAnybody, session, sessionOf } from "../services";
import { SIGN_IN } from "./operations";

interface Account {
  readonly portal: string;
  readonly email: string;
  readonly password: string;
  readonly note: string;
}

interface Credentials {
  readonly email: string;
  readonly password: string;
  readonly portal: "OFFICE" | "STAFF";
  readonly organizationId?: string;
}

type Choice = {
  readonly of: Credentials;
  readonly organizations: ReadonlyArray<{ organizationId: string; name: string }>;
};

export function SignIn() {
  const [fault, setFault] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [choice, setChoice] = useState<Choice | null>(null);
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

interface DemoProps {
  readonly accounts: readonly Account[];
  readonly isBusy: boolean;
  readonly enter: (credentials: Credentials) => Promise<void>;
}

function DemoAccounts({ accounts, isBusy, enter }: DemoProps) {
  return (
    <section className="demo" aria-labelledby="demo-title">
      <h2 id="demo-title">Demo accounts</h2>
      <p className="muted">This server runs for development. One tap signs you in.</p>
      {accounts.map(({ portal, email, password, note }) => (
        <button
          key={`${portal} ${email}`}
          type="button"
          className="account"
          disabled={isBusy}
          onClick={() => void enter({ email, password, portal: portal === "STAFF" ? "STAFF" : "OFFICE" })}
        >
          <strong>{note}</strong>
          <span className="muted">
            {portal === "STAFF" ? "Staff" : "Office"} · {email}
          </span>
        </button>
      ))}
    </section>
  );
}

/** The accounts of the demo, which a server for development tells to everybody. */
function useDemoAccounts(): readonly Account[] {
  const [accounts, setAccounts] = useState<readonly Account[]>([]);
  useEffect(() => {
    fetch("/client.json")
      .then(answer => answer.json() as Promise<{ demoSignIns: readonly Account[] }>)
      .then(
        told => setAccounts(told.demoSignIns.filter(one => one.portal === "OFFICE" || one.portal === "STAFF")),
        () => undefined,
      );
  }, []);
  return accounts;
}
