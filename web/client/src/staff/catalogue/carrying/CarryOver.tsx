import { useState } from "react";
import type { ResultOf } from "../../../graphql";
import { CheckField, SelectField } from "../../../parts/Field";
import { Link } from "../../../parts/Link";
import { todayIn } from "../../../parts/times";
import { useTitle } from "../../../parts/useTitle";
import { useAnswer } from "../../asking/useAnswer";
import { usePages } from "../../asking/usePages";
import { NoSuchPage } from "../../NoSuchPage";
import type { Desk } from "../../operations";
import { may } from "../../permissions";
import { SESSIONS, type SessionFacts } from "../sessions/operations";
import { datesOf, isOver } from "../sessions/sessionWords";
import { CarriedClasses } from "./CarriedClasses";
import { CarriedTask } from "./CarriedTask";
import { SESSION } from "./operations";
import "../catalogue.css";

const pick = (data: ResultOf<typeof SESSIONS>) => data.sessions;

/** Makes the classes of a session again for the next one, class by class as somebody chooses. */
export function CarryOver({ desk, id }: { desk: Desk; id: string }) {
  const { data, fault, isMistyped } = useAnswer(SESSION, { id });
  const node = data?.node;
  const session = node != null && "startsOn" in node ? node : null;
  useTitle(session === null ? "Carry over" : `Carry over ${session.name}`);
  if (isMistyped || (data !== null && session === null)) return <NoSuchPage />;
  return (
    <main className="page">
      <Link to="/sessions" className="back">
        ‹ Sessions
      </Link>
      <h1>{session === null ? "Carry over" : `Carry ${session.name} over`}</h1>
      <p className="muted under">
        Its classes are made again for another session, with their times and instructors as they are when it ends. The
        classes of today stay as they are.
      </p>
      {fault !== null && <p className="fault">{fault}</p>}
      {session !== null && <Choosing desk={desk} session={session} />}
    </main>
  );
}

function Choosing({ desk, session }: { desk: Desk; session: SessionFacts }) {
  const listing = usePages(SESSIONS, {}, pick);
  const [to, setTo] = useState<string | null>(null);
  const [withEnrollments, setWith] = useState(false);
  const [taskId, setTask] = useState<string | null>(null);
  const [today] = useState(() => todayIn(desk.locations[0]?.timeZone ?? "UTC"));
  const others = (listing.nodes ?? []).filter(one => one.id !== session.id && !isOver(one, today));
  const next = others.find(one => one.startsOn > session.startsOn) ?? others[0];
  const chosen = to ?? next?.id ?? null;
  // What was chosen counts for the task that has begun, and cannot be changed any more.
  if (taskId !== null) return <CarriedTask id={taskId} />;
  if (listing.nodes === null) return <p className="muted">{listing.fault ?? "Reading …"}</p>;
  if (next === undefined || chosen === null) {
    return (
      <p className="banner">
        There is no other session to come. <Link to="/sessions">Add the next one first.</Link>
      </p>
    );
  }
  return (
    <>
      <div className="form">
        <SelectField
          label="To"
          value={chosen}
          choices={others.map(one => [one.id, `${one.name}, ${datesOf(one)}`] as const)}
          change={setTo}
        />
        {listing.hasMore && (
          <button type="button" className="button quiet" onClick={listing.more}>
            Show more sessions
          </button>
        )}
        {may(desk, "MANAGE_ENROLLMENTS") ? (
          <CheckField
            label="Enroll the students again"
            hint="Those who stay until the session ends, as far as there are places. Who came first is first."
            checked={withEnrollments}
            change={setWith}
          />
        ) : (
          <p className="muted">To enroll the students again too, you also need the permission to manage enrollments.</p>
        )}
      </div>
      <CarriedClasses input={{ fromSessionId: session.id, toSessionId: chosen, withEnrollments }} begun={setTask} />
    </>
  );
}
