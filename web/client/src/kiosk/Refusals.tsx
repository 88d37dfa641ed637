import { type KioskOutbox, outbox } from "./services";
import { refusedWords } from "./words";

/** Check-ins that waited and that the server did not take, for the staff at the door. */
export function Refusals({ acts }: { acts: ReturnType<KioskOutbox["acts"]> }) {
  const parked = acts.filter(act => act.state === "parked" && act.input.kind === "checkIn");
  if (parked.length === 0) return null;
  return (
    <details className="refusals">
      <summary>
        {parked.length === 1 ? "1 check-in was not recorded" : `${parked.length} check-ins were not recorded`}
      </summary>
      <ul>
        {parked.map(act => (
          <li key={act.key}>
            <span>
              {act.input.firstName}: {act.state === "parked" && refusedWords(act.refusal)}
            </span>
            <button type="button" className="button" onClick={() => void outbox.dismiss(act.key)}>
              Understood
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
