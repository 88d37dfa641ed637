import { AskFault } from "@rollbook/client";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { ChoosePassword } from "../account/ChoosePassword";
import type { Door } from "../account/door";
import { ForgottenPassword } from "../account/ForgottenPassword";
import { SignIn } from "../account/SignIn";
import type { ResultOf } from "../graphql";
import { usePath } from "../parts/navigation";
import { wordsOf } from "../parts/plainFaults";
import { NoSuchPage } from "./NoSuchPage";
import { type Desk, deskOf, VIEWER } from "./operations";
import { Pages } from "./Pages";
import { placeOf } from "./router";
import { ask, lastLocker, lockerOf, session } from "./services";

const DOOR: Door = {
  session,
  home: "/",
  forgotten: "/forgot-password",
  title: "Sign in to Rollbook",
  portals: ["OFFICE", "STAFF"],
};

export function App() {
  const isSignedIn = useSyncExternalStore(session.subscribe, () => session.current() !== null);
  const { page } = placeOf(usePath());
  // These links are for somebody who may not be the one who is signed in here.
  if (page === "invitation" || page === "reset")
    return <ChoosePassword key={page} purpose={page} home="/" forgotten={DOOR.forgotten} />;
  if (page === "forgotten") return <ForgottenPassword home="/" />;
  if (page === "unknown" && !isSignedIn) return <NoSuchPage />;
  return isSignedIn ? <SignedIn /> : <SignIn door={DOOR} />;
}

function SignedIn() {
  const [desk, setDesk] = useState<Desk | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const load = useCallback(() => {
    setFault(null);
    loadDesk().then(
      found => {
        if (found === null) setFault("These pages are for staff. Sign in with a staff account.");
        setDesk(found);
      },
      (reason: unknown) => setFault(wordsOf(reason)),
    );
  }, []);
  useEffect(load, [load]);
  const refresh = useCallback(() => {
    loadDesk().then(
      found => found !== null && setDesk(found),
      () => undefined,
    );
  }, []);
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
  return <Pages desk={desk} refresh={refresh} />;
}

/** Who is signed in, from the server, or as this device remembers it while the server cannot be reached. */
async function loadDesk(): Promise<Desk | null> {
  try {
    const answer = await ask(VIEWER, {});
    const desk = deskOf(answer);
    if (desk)
      await lockerOf(desk.viewer.staffMember.id)
        .vault.keep("desk", answer)
        .catch(() => undefined);
    return desk;
  } catch (fault) {
    if (!(fault instanceof AskFault) || fault.kind !== "unreachable") throw fault;
    const kept = await lastLocker()
      ?.vault.find<ResultOf<typeof VIEWER>>("desk")
      .catch(() => undefined);
    if (kept === undefined) throw fault;
    return deskOf(kept);
  }
}
