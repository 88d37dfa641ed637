import { useEffect, useState } from "react";

interface Account {
  readonly portal: string;
  readonly email: string;
  readonly password: string;
  readonly note: string;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
  readonly portal: "OFFICE" | "STAFF";
  readonly organizationId?: string;
}

interface DemoProps {
  readonly accounts: readonly Account[];
  readonly isBusy: boolean;
  readonly enter: (credentials: Credentials) => Promise<void>;
}

export function DemoAccounts({ accounts, isBusy, enter }: DemoProps) {
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
export function useDemoAccounts(): readonly Account[] {
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
