import { type Ask, asker, SessionKeeper } from "@rollbook/client";
import { type FormEvent, useEffect, useState, useSyncExternalStore } from "react";
import type { Door } from "../account/door";
import { SIGN_OUT } from "../account/operations";
import { SignIn } from "../account/SignIn";
import { renew, SERVER } from "../account/server";
import type { ResultOf } from "../graphql";
import { wordsOf } from "../parts/plainFaults";
import { SubmitButton } from "../parts/SubmitButton";
import { LAUNCH, PLACES } from "./operations";
import { install } from "./services";

// The sign-in of whoever launches the kiosk is never kept: it ends when the device has its own.
const staff = new SessionKeeper({ read: () => null, write: () => undefined, watch: () => undefined }, renew, work =>
  work(),
);
const ask: Ask = asker(SERVER, staff);
const DOOR: Door = {
  session: staff,
  home: "/kiosk",
  forgotten: "/forgot-password",
  title: "Set up a kiosk",
  portals: ["OFFICE", "STAFF"],
};

/** Staff sign in at the device and say where it stands. */
export function Launch() {
  const isSignedIn = useSyncExternalStore(staff.subscribe, () => staff.current() !== null);
  return isSignedIn ? <Place /> : <SignIn door={DOOR} />;
}

type Locations = ResultOf<typeof PLACES>["locations"];

function Place() {
  const [locations, setLocations] = useState<Locations | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    ask(PLACES, {}).then(
      answer => setLocations(answer.locations),
      (reason: unknown) => setFault(messageOf(reason)),
    );
  }, []);

  const launch = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setFault(null);
    try {
      const input = { locationId: String(form.get("location")), name: String(form.get("name")) };
      const { launchKiosk } = await ask(LAUNCH, { input: { ...input, idempotencyKey: crypto.randomUUID() } });
      if (launchKiosk?.__typename === "LaunchKioskSuccess") {
        await ask(SIGN_OUT, {}).catch(() => undefined);
        install(launchKiosk.deviceToken, launchKiosk.kiosk.expiresAt);
        staff.end();
        return;
      }
      setFault(launchKiosk?.message ?? "The server did not answer. Try again.");
    } catch (reason) {
      setFault(messageOf(reason));
    }
    setBusy(false);
  };

  return (
    <main className="signIn">
      <section className="card door">
        <h1>Set up a kiosk</h1>
        <p className="muted">
          Families check their children in at this device. It can do nothing else, and you are signed out when it
          starts.
        </p>
        <form onSubmit={launch}>
          <label>
            Location
            <select name="location" required disabled={locations === null}>
              {locations?.map(one => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
            </select>
          </label>
          <label>
            Name of the device
            <input name="name" required maxLength={100} defaultValue="Front door" autoComplete="off" />
          </label>
          <p className="fault" role="alert">
            {fault}
          </p>
          <SubmitButton isBusy={isBusy} isDisabled={locations === null}>
            Start the kiosk
          </SubmitButton>
        </form>
        <button type="button" className="button quiet" onClick={() => staff.end()}>
          Not now
        </button>
      </section>
    </main>
  );
}

function messageOf(reason: unknown): string {
  return wordsOf(reason, "The server cannot be reached.");
}
