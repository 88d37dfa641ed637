import { AskFault } from "@rollbook/client";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { isUpdated, subscribeToUpdates } from "../parts/release";
import { Family } from "./Family";
import { Keypad } from "./Keypad";
import { FAMILY, type KioskViewer, type Student } from "./operations";
import { Refusals } from "./Refusals";
import { isPhone, useScanner } from "./scanner";
import { ask, outbox } from "./services";

/** The screen that families stand before: a keypad, and then their children. */
export function Desk({ kiosk }: { kiosk: KioskViewer }) {
  const [students, setStudents] = useState<readonly Student[] | null>(null);
  const [typed, setTyped] = useState("");
  const [told, setTold] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const acts = useSyncExternalStore(outbox.subscribe, outbox.acts);
  const waiting = useSlow(acts.filter(act => act.state === "waiting").length);

  const lookUp = useCallback(async (text: string) => {
    if (text === "") return;
    setBusy(true);
    setTold(null);
    try {
      const { kioskFamily } = await ask(FAMILY, isPhone(text) ? { phone: text } : { qrCode: text });
      setTyped("");
      if (kioskFamily === null || kioskFamily.students.length === 0) {
        setTold("Nobody with this number or code has a class here today. Try again, or ask at the front desk.");
      } else setStudents(kioskFamily.students);
    } catch (fault) {
      setTold(faultWords(fault));
    }
    setBusy(false);
  }, []);
  useScanner(students === null && !isBusy, typed, setTyped, lookUp);
  // Nobody is there to press a button. A number that an older page could not look up is typed again.
  const isOlder = useSyncExternalStore(subscribeToUpdates, isUpdated);
  const isFree = students === null && !isBusy && (typed === "" || told !== null);
  useEffect(() => {
    if (isOlder && isFree && !outbox.hasUnkept()) location.reload();
  }, [isOlder, isFree]);
  const leave = useCallback(() => {
    setStudents(null);
    setTyped("");
    setTold(null);
  }, []);

  return (
    <main className="kiosk">
      <header className="kioskHead">
        <p className="business">{kiosk.organization.name}</p>
        <p className="muted">{kiosk.locationName}</p>
        {waiting > 0 && (
          <output className="chip">
            No network: {waiting === 1 ? "1 check-in waits" : `${waiting} check-ins wait`} and will be sent
          </output>
        )}
      </header>
      {students === null ? (
        <>
          <Keypad
            typed={typed}
            told={told}
            isBusy={isBusy}
            change={setTyped}
            go={() => void lookUp(typed)}
            read={text => void lookUp(text)}
          />
          <Refusals acts={acts} />
        </>
      ) : (
        <Family students={students} zone={kiosk.timeZone} leave={leave} />
      )}
    </main>
  );
}

const AT_ONCE = 2_000;

/** How many check-ins wait, once some have waited longer than a working network needs. */
function useSlow(waiting: number): number {
  const [isSlow, setSlow] = useState(false);
  const isWaiting = waiting > 0;
  useEffect(() => {
    setSlow(false);
    if (!isWaiting) return;
    const timer = setTimeout(() => setSlow(true), AT_ONCE);
    return () => clearTimeout(timer);
  }, [isWaiting]);
  return isSlow ? waiting : 0;
}

function faultWords(fault: unknown): string {
  if (!(fault instanceof AskFault)) return "Something went wrong here. Try again.";
  if (fault.code === "RATE_LIMITED") return "Too many numbers were tried. Wait a moment, or ask at the front desk.";
  if (fault.kind === "unreachable") return "The network is away. Try again in a moment, or ask at the front desk.";
  if (fault.kind === "signedOut") return "This kiosk was switched off.";
  if (fault.kind === "outdated") return "This kiosk has to be loaded anew. Ask at the front desk.";
  return fault.message;
}
