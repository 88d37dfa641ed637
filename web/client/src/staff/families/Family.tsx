import { useState } from "react";
import { Link } from "../../parts/Link";
import { todayIn } from "../../parts/times";
import { useTitle } from "../../parts/useTitle";
import { lackingFor } from "../access";
import { useAnswer } from "../asking/useAnswer";
import { NoSuchPage } from "../NoSuchPage";
import type { Desk } from "../operations";
import { may, seesAll } from "../permissions";
import { ChildRow } from "./ChildRow";
import { type Chosen, FamilyDialogs } from "./FamilyDialogs";
import { GuardianRow } from "./GuardianRow";
import { FAMILY } from "./operations";
import "./families.css";

/** A family: its children and guardians, and all that the desk changes about them. */
export function Family({ desk, id }: { desk: Desk; id: string }) {
  const { data, fault, reload, isMistyped } = useAnswer(FAMILY, { id });
  const [chosen, choose] = useState<Chosen | null>(null);
  const [said, setSaid] = useState<string | null>(null);
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
  const mayInvite = may(desk, "MANAGE_ENROLLMENTS");
  const mayEnd = mayInvite && seesAll(desk);
  const managesPeople = lackingFor("families", desk).length === 0;
  const close = (done: string | null) => {
    choose(null);
    if (done === null) return;
    setSaid(done);
    reload();
  };
  return (
    <main className="page">
      {managesPeople && (
        <Link to="/families" className="back">
          ‹ Families
        </Link>
      )}
      <div className="toolbar">
        <div>
          <h1>{family.name}</h1>
          <p className="muted">{[family.phone, family.email].filter(Boolean).join(" · ") || "No number or address"}</p>
        </div>
        <span className="acts">
          {managesPeople && (
            <>
              <button type="button" className="button" onClick={() => choose({ act: "edit" })}>
                Edit
              </button>
              <button type="button" className="button quiet" onClick={() => choose({ act: "merge" })}>
                Merge
              </button>
            </>
          )}
          {mayEnd && (
            <button type="button" className="button quiet" onClick={() => choose({ act: "endFamily" })}>
              Family leaves
            </button>
          )}
        </span>
      </div>
      <p className="said" role="status">
        {said}
      </p>
      {fault !== null && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      <section className="group" aria-label="Children">
        <div className="toolbar">
          <h2>Children</h2>
          {managesPeople && (
            <button type="button" className="button quiet" onClick={() => choose({ act: "addChild" })}>
              Add a child
            </button>
          )}
        </div>
        <ul className="lines">
          {family.students.map(child => (
            <ChildRow key={child.id} child={child} end={mayEnd ? () => choose({ act: "endChild", child }) : null} />
          ))}
        </ul>
      </section>
      <section className="group" aria-label="Guardians">
        <div className="toolbar">
          <h2>Guardians</h2>
          {managesPeople && (
            <button type="button" className="button quiet" onClick={() => choose({ act: "guardian", guardian: null })}>
              Add a guardian
            </button>
          )}
        </div>
        <ul className="lines">
          {family.guardians.map(guardian => (
            <GuardianRow
              key={guardian.id}
              guardian={guardian}
              mayInvite={mayInvite}
              edit={managesPeople ? () => choose({ act: "guardian", guardian }) : null}
              merge={
                managesPeople && family.guardians.length > 1 ? () => choose({ act: "mergeGuardian", guardian }) : null
              }
              end={managesPeople ? () => choose({ act: "endGuardian", guardian }) : null}
            />
          ))}
        </ul>
        {family.guardians.length === 0 && <p className="muted">Nobody of this family has access.</p>}
      </section>
      <FamilyDialogs desk={desk} family={family} today={todayIn(zoneOf(desk))} chosen={chosen} close={close} />
    </main>
  );
}

function zoneOf(desk: Desk): string {
  return desk.locations[0]?.timeZone ?? "UTC";
}
