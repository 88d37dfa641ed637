import { useSyncExternalStore } from "react";
import { Link } from "../parts/Link";
import { placeOf } from "./router";
import type { AttendanceOutbox } from "./services";

/** Says on every page that marks of another roll sheet were not saved and wait for a decision. */
export function Undecided({ outbox, path }: { outbox: AttendanceOutbox; path: string }) {
  const acts = useSyncExternalStore(outbox.subscribe, outbox.acts);
  const place = placeOf(path);
  const here = place.page === "sheet" ? place.id : null;
  const parked = acts.filter(act => act.state === "parked" && act.occurrenceId !== here);
  const [first] = parked;
  if (first === undefined) return null;
  return (
    <p className="banner undecided" role="status">
      {parked.length === 1 ? "1 change of yours was" : `${parked.length} changes of yours were`} not saved.{" "}
      <Link to={`/sheets/${first.occurrenceId}`}>Decide on the roll sheet</Link>
    </p>
  );
}
