import { useState } from "react";
import type { ResultOf } from "../../../graphql";
import { counted } from "../../../parts/counted";
import { Link } from "../../../parts/Link";
import { ListEnd } from "../../../parts/ListEnd";
import { todayIn } from "../../../parts/times";
import { usePages } from "../../asking/usePages";
import type { Desk } from "../../operations";
import { CataloguePage } from "../CataloguePage";
import { ThingRow } from "../ThingRow";
import { useDialogs } from "../useDialogs";
import { SESSIONS, type SessionFacts } from "./operations";
import { ChangeSession, EndSession, NewSession } from "./SessionDialog";
import { datesOf, isOver } from "./sessionWords";

type Act = "change" | "end";
type Open = { readonly act: "new" } | { readonly act: Act; readonly session: SessionFacts };

const pick = (data: ResultOf<typeof SESSIONS>) => data.sessions;

/** The terms during which classes meet. Those that are over are out of the way. */
export function Sessions({ desk }: { desk: Desk }) {
  const listing = usePages(SESSIONS, {}, pick);
  const { open, setOpen, said, close, done } = useDialogs<Open>(listing.reload);
  const [today] = useState(() => todayIn(desk.locations[0]?.timeZone ?? "UTC"));
  const all = listing.nodes ?? [];
  const over = all.filter(one => isOver(one, today));
  const rowOf = (session: SessionFacts) => (
    <SessionRow key={session.id} session={session} today={today} open={act => setOpen({ act, session })} />
  );
  return (
    <CataloguePage
      desk={desk}
      title="Sessions"
      lead="Terms. A class meets on the days of its sessions; without an end, a session goes on."
      said={said}
      action={
        <button type="button" className="button main" onClick={() => setOpen({ act: "new" })}>
          Add a session
        </button>
      }
    >
      <ul className="lines" aria-label="Sessions" aria-busy={listing.isLoading}>
        {all.filter(one => !isOver(one, today)).map(rowOf)}
      </ul>
      {over.length > 0 && (
        <details className="over">
          <summary>{counted(over.length, "session is", "sessions are")} over</summary>
          <ul className="lines" aria-label="Sessions that are over">
            {over.map(rowOf)}
          </ul>
        </details>
      )}
      <ListEnd {...listing} nothing="There are no sessions yet. A class can meet without one." />
      {open?.act === "new" && <NewSession close={close} done={done} />}
      {open?.act === "change" && <ChangeSession session={open.session} close={close} done={done} />}
      {open?.act === "end" && <EndSession session={open.session} today={today} close={close} done={done} />}
    </CataloguePage>
  );
}

interface RowProps {
  readonly session: SessionFacts;
  readonly today: string;
  readonly open: (act: Act) => void;
}

function SessionRow({ session, today, open }: RowProps) {
  const acts: (readonly [string, () => void])[] = [["Change", () => open("change")]];
  if (!isOver(session, today)) acts.push(["End", () => open("end")]);
  const isNow = session.startsOn <= today && !isOver(session, today);
  const hint = [isNow ? "Now" : null, datesOf(session)].filter(Boolean).join(" · ");
  return (
    <ThingRow name={session.name} hint={hint} acts={acts}>
      <Link to={`/sessions/${session.id}/carry-over`} className="button quiet">
        Carry over<span className="unseen"> {session.name}</span>
      </Link>
    </ThingRow>
  );
}
