import { useEffect, useState } from "react";
import { PORTAL_WORDS, type PortalName } from "./door";

interface Account {
  readonly portal: PortalName;
  readonly email: string;
  readonly password: string;
  readonly note: string;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
  readonly portal: PortalName;
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
          onClick={() => void enter({ email, password, portal })}
        >
          <strong>{note}</strong>
          <span className="muted">
            {PORTAL_WORDS[portal]} · {email}
          </span>
        </button>
      ))}
    </section>
  );
}

/** The accounts of the demo, which a server for development tells to everybody. */
export function useDemoAccounts(portals: readonly PortalName[]): readonly Account[] {
  const [accounts, setAccounts] = useState<readonly Account[]>([]);
  useEffect(() => {
    fetch("/client.json")
      .then(answer => answer.json() as Promise<{ demoSignIns: readonly Account[] }>)
      .then(
        told => setAccounts(told.demoSignIns.filter(one => portals.includes(one.portal))),
        () => undefined,
      );
  }, [portals]);
  return accounts;
}
