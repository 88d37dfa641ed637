import { TYPE_WORDS } from "../../parts/enrollmentTypes";
import { Link } from "../../parts/Link";
import { initials, tint } from "../../parts/people";
import type { ChildFacts } from "./operations";

interface Props {
  readonly child: ChildFacts;
  /** Null where the viewer may not end places. */
  readonly end: (() => void) | null;
}

export function ChildRow({ child, end }: Props) {
  const name = `${child.firstName} ${child.lastName}`;
  const places = child.enrollments.map(({ type, offering }) =>
    type === "ACTIVE" ? offering.name : `${offering.name} (${TYPE_WORDS[type].toLowerCase()})`,
  );
  return (
    <li className="line2">
      <span className={`face small tint${tint(child.id)}`} aria-hidden="true">
        {initials(child.firstName, child.lastName)}
      </span>
      <span className="lineMain">
        <Link to={`/students/${child.id}`}>{name}</Link>
        <span className="muted hint">{[...new Set(places)].join(", ") || "No place in a class"}</span>
      </span>
      {end !== null && (
        <button type="button" className="button quiet" aria-label={`${name} leaves`} onClick={end}>
          Leaves
        </button>
      )}
    </li>
  );
}
