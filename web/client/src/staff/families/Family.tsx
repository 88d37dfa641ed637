import { useState } from "react";
import { Link } from "../../parts/Link";
import { initials, tint } from "../../parts/people";
import { useTitle } from "../../parts/useTitle";
import { lackingFor } from "../access";
import { useAct } from "../asking/useAct";
import { useAnswer } from "../asking/useAnswer";
import { NoSuchPage } from "../NoSuchPage";
import type { Desk } from "../operations";
import { may } from "../permissions";
import { EditFamily } from "./EditFamily";
import { FAMILY, type GuardianFacts, INVITE_GUARDIAN } from "./operations";

/** A family: its children, and its guardians with their addresses. */
export function Family({ desk, id }: { desk: Desk; id: string }) {
  const { data, fault, reload, isMistyped } = useAnswer(FAMILY, { id });
  const [isEditing, setEditing] = useState(false);
  const family = data?.family ?? null;
  useTitle(family?.name ?? "Family");
  if (isMistyped || (data !== null && family === null)) return <NoSuchPage />;
  if (family === null) {
    return (
      <main className="page" aria-busy={fault === null}>
        <p className={fault === null ? "muted" : "fault"}>{fault ?? "Opening the family …"}</p>
      </main>
    );
  }
  return (
    <main className="page">
      {lackingFor("families", desk).length === 0 && (
        <Link to="/families" className="back">
          ‹ Families
        </Link>
      )}
      <div className="toolbar">
        <div>
          <h1>{family.name}</h1>
          <p className="muted">{[family.phone, family.email].filter(Boolean).join(" · ") || "No number or address"}</p>
        </div>
        {lackingFor("families", desk).length === 0 && (
          <button type="button" className="button" onClick={() => setEditing(true)}>
            Edit
          </button>
        )}
      </div>
      <section className="group" aria-label="Children">
        <h2>Children</h2>
        <ul className="lines">
          {family.students.map(one => (
            <li key={one.id} className="line2">
              <span className={`face small tint${tint(one.id)}`} aria-hidden="true">
                {initials(one.firstName, one.lastName)}
              </span>
              <span className="lineMain">
                <Link to={`/students/${one.id}`}>
                  {one.firstName} {one.lastName}
                </Link>
              </span>
            </li>
          ))}
        </ul>
      </section>
      <section className="group" aria-label="Guardians">
        <h2>Guardians</h2>
        <ul className="lines">
          {family.guardians.map(one => (
            <GuardianRow key={one.id} guardian={one} mayInvite={may(desk, "MANAGE_ENROLLMENTS")} />
          ))}
        </ul>
      </section>
      {isEditing && <EditFamily family={family} close={() => setEditing(false)} changed={reload} />}
    </main>
  );
}

function GuardianRow({ guardian, mayInvite }: { guardian: GuardianFacts; mayInvite: boolean }) {
  const invite = useAct(INVITE_GUARDIAN);
  const [isInvited, setInvited] = useState(false);
  const contact = [...guardian.phones, guardian.email].filter(Boolean).join(" · ");
  const name = `${guardian.firstName} ${guardian.lastName}`;
  return (
    <li className="line2">
      <span className="lineMain">
        {name}
        <span className="muted hint">{contact}</span>
        <span className="hint" role="status">
          {isInvited ? "The invitation is on its way. Its link is good for 72 hours." : invite.fault}
        </span>
      </span>
      {mayInvite && guardian.email !== null && (
        <button
          type="button"
          className="button quiet"
          aria-label={`Invite ${name}`}
          disabled={invite.isBusy || isInvited}
          onClick={async () => setInvited((await invite.run({ guardianId: guardian.id })) !== null)}
        >
          Invite
        </button>
      )}
    </li>
  );
}
