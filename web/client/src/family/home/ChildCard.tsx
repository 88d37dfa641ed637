import { counted } from "../../parts/counted";
import { Link } from "../../parts/Link";
import { initials, tint } from "../../parts/people";
import { AttendedLine, ClassLine } from "../parts/ClassLine";
import { childAddress } from "../router";
import { isOffered } from "../waitlist/offers";
import type { Child } from "./operations";

/** A child at a glance. The name leads to everything else. */
export function ChildCard({ child }: { child: Child }) {
  const isToday = new Set(child.today.map(one => one.occurrence.id));
  const next = child.nextOccurrences.filter(one => !isToday.has(one.id)).slice(0, 3);
  const offered = child.enrollments.some(isOffered);
  return (
    <article className="card child" aria-labelledby={child.id}>
      <Link to={childAddress(child.id)} className="childLink">
        <span className={`face tint${tint(child.id)}`} aria-hidden="true">
          {initials(child.firstName, child.lastName)}
        </span>
        <span className="name">
          <strong id={child.id}>
            {child.firstName} {child.lastName}
          </strong>
          {offered && <span className="chip offer">A place is offered</span>}
          <span className="muted">{tokensOf(child)}</span>
        </span>
        <span className="more" aria-hidden="true">
          ›
        </span>
      </Link>
      <section aria-label="Today">
        <h2>Today</h2>
        <ul className="lines">
          {child.today.map(one => (
            <AttendedLine key={one.occurrence.id} attended={one} />
          ))}
        </ul>
        {child.today.length === 0 && <p className="muted">No class today.</p>}
      </section>
      <section aria-label="Next classes">
        <h2>Next classes</h2>
        <ul className="lines">
          {next.map(one => (
            <ClassLine key={one.id} of={one} />
          ))}
        </ul>
        {next.length === 0 && <p className="muted">No classes are planned within four weeks.</p>}
      </section>
    </article>
  );
}

function tokensOf({ makeupTokenGroups: { usableHere, requested, pending } }: Child): string {
  const parts = [
    usableHere.length > 0 ? `${counted(usableHere.length, "makeup token")} to use` : null,
    requested.length > 0 ? `${requested.length} requested` : null,
    pending.length > 0 ? `${counted(pending.length, "makeup")} booked` : null,
  ];
  return parts.filter(Boolean).join(" · ") || "Classes, absences and makeup tokens";
}
