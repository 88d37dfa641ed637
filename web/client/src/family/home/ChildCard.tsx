import { initials, tint } from "../../parts/people";
import { AttendedLine, ClassLine } from "../parts/ClassLine";
import type { Child } from "./operations";

export function ChildCard({ child }: { child: Child }) {
  const isToday = new Set(child.today.map(one => one.occurrence.id));
  const next = child.nextOccurrences.filter(one => !isToday.has(one.id));
  return (
    <article className="card child" aria-labelledby={child.id}>
      <h2 id={child.id}>
        <span className={`face tint${tint(child.id)}`} aria-hidden="true">
          {initials(child.firstName, child.lastName)}
        </span>
        {child.firstName} {child.lastName}
      </h2>
      <section aria-label="Today">
        <h3>Today</h3>
        {child.today.length === 0 ? (
          <p className="muted">No class today.</p>
        ) : (
          <ul className="lines">
            {child.today.map(one => (
              <AttendedLine key={one.occurrence.id} attended={one} />
            ))}
          </ul>
        )}
      </section>
      <section aria-label="Next classes">
        <h3>Next classes</h3>
        {next.length === 0 ? (
          <p className="muted">No classes are planned.</p>
        ) : (
          <ul className="lines">
            {next.map(one => (
              <ClassLine key={one.id} of={one} />
            ))}
          </ul>
        )}
      </section>
    </article>
  );
}
