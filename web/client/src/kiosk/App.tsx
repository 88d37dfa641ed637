import { AskFault } from "@rollbook/client";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { Nothing } from "../parts/Nothing";
import { wordsOf } from "../parts/plainFaults";
import { Desk } from "./Desk";
import { Launch } from "./Launch";
import { KIOSK, type KioskViewer } from "./operations";
import { ask, device, openOutbox, vault } from "./services";

export function App() {
  const isLaunched = useSyncExternalStore(device.subscribe, () => device.current() !== null);
  if (!/^\/kiosk\/?$/.test(location.pathname)) return <Nothing home="/kiosk" leads="Go to the kiosk" />;
  return isLaunched ? <Launched /> : <Launch />;
}

function Launched() {
  const [kiosk, setKiosk] = useState<KioskViewer | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const load = useCallback(() => {
    setFault(null);
    viewer().then(
      found => {
        if (found === null) device.end();
        else setKiosk(found);
      },
      (reason: unknown) => setFault(wordsOf(reason)),
    );
  }, []);
  useEffect(load, [load]);
  useEffect(openOutbox, []);
  if (fault !== null) {
    return (
      <main className="kiosk notice">
        <h1>The kiosk cannot begin</h1>
        <p role="alert">{fault}</p>
        <button type="button" className="button" onClick={load}>
          Try again
        </button>
      </main>
    );
  }
  return kiosk === null ? <main className="kiosk" aria-busy="true" /> : <Desk kiosk={kiosk} />;
}

/** What this kiosk is, from the server, or as the device remembers it while the server cannot be reached. */
async function viewer(): Promise<KioskViewer | null> {
  try {
    const answer = await ask(KIOSK, {});
    if (answer.viewer?.__typename !== "KioskViewer") return null;
    await vault.keep("kiosk", answer.viewer).catch(() => undefined);
    return answer.viewer;
  } catch (fault) {
    const kept = await vault.find<KioskViewer>("kiosk").catch(() => undefined);
    if (kept === undefined || !(fault instanceof AskFault) || fault.kind !== "unreachable") throw fault;
    return kept;
  }
}
