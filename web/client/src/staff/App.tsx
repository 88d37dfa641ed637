import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { AskFault } from "../live/ask";
import { Day } from "./day/Day";
import { Header } from "./Header";
import { type Desk, deskOf, VIEWER } from "./operations";
import { placeOf, usePath } from "./router";
import { ask, outboxOf, session } from "./services";
import { Sheet } from "./sheet/Sheet";
import { SignIn } from "./signIn/SignIn";

export function App() {
  const isSignedIn = useSyncExternalStore(session.subscribe, () => session.current() !== null);
  return isSignedIn ? <SignedIn /> : <SignIn />;
}

function SignedIn() {
  const [desk, setDesk] = useState<Desk | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const load = useCallback(() => {
    setFault(null);
    ask(VIEWER, {}).then(
      answer => {
        const found = deskOf(answer);
        if (found === null) setFault("These pages are for staff. Sign in with a staff account.");
        setDesk(found);
      },
      (reason: unknown) => setFault(reason instanceof AskFault ? reason.message : "Something went wrong here."),
    );
  }, []);
  useEffect(load, [load]);
  if (fault !== null) {
    return (
      <main className="page notice">
        <h1>This did not work</h1>
        <p>{fault}</p>
        <button type="button" className="button" onClick={load}>
          Try again
        </button>
        <button type="button" className="button quiet" onClick={() => session.end()}>
          Sign in again
        </button>
      </main>
    );
  }
  if (desk === null) return <main className="page" aria-busy="true" />;
  return <Pages desk={desk} />;
}

function Pages({ desk }: { desk: Desk }) {
  const place = placeOf(usePath());
  const outbox = outboxOf(desk.viewer.staffMember.id);
  return (
    <>
      <Header desk={desk} outbox={outbox} />
      {place.page === "day" && <Day desk={desk} date={place.date} />}
      {place.page === "sheet" && <Sheet key={place.id} desk={desk} outbox={outbox} id={place.id} />}
      {place.page === "unknown" && (
        <main className="page notice">
          <h1>There is no such page</h1>
          <p>
            <a href="/">Go to today's classes</a>
          </p>
        </main>
      )}
    </>
  );
}
