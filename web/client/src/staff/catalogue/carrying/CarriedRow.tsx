import type { ResultOf } from "../../../graphql";
import { counted } from "../../../parts/counted";
import { Link } from "../../../parts/Link";
import { dayDate, todayIn } from "../../../parts/times";
import { meetingWords } from "../../choosing/timeslots";
import type { CarriedClass, NAMED } from "./operations";

interface Props {
  readonly carried: CarriedClass;
  /** Null until the names are read. */
  readonly named: ResultOf<typeof NAMED> | null;
  readonly isChosen: boolean;
  readonly toggle: () => void;
}

/** A class, what would be made of it, and who would get no place. */
export function CarriedRow({ carried, named, isChosen, toggle }: Props) {
  const { offeringId, offeringName, refusal, studentsLeftBehind } = carried;
  const found = named?.offerings.find(one => one !== null && "timeslots" in one && one.id === offeringId);
  const offering = found != null && "timeslots" in found ? found : null;
  const when =
    offering === null
      ? ""
      : [meetingWords(offering.timeslots, todayIn(offering.location.timeZone)), offering.location.name].join(" · ");
  return (
    <li className="line2">
      <span className="lineMain">
        {refusal === null ? (
          <label className="check">
            <input type="checkbox" checked={isChosen} onChange={toggle} />
            <span>
              {offeringName}
              <span className="muted hint">{when}</span>
            </span>
          </label>
        ) : (
          <>
            {offeringName}
            <span className="muted hint">{when}</span>
          </>
        )}
        <span className={`hint ${refusal === null ? "carriedWhat" : "muted"}`}>
          {refusal === null ? wordsOf(carried) : `Left out: ${refusal}`}
        </span>
        {studentsLeftBehind.length > 0 && (
          <ul className="plainList hint carriedWhat">
            {studentsLeftBehind.map(one => (
              <li key={one.studentId}>
                <Link to={`/students/${one.studentId}`}>{nameOf(one.studentId, named)}</Link>: {one.reason}
              </li>
            ))}
          </ul>
        )}
      </span>
    </li>
  );
}

function wordsOf({ isNew, timeslotCount, startsOn, enrolledStudentIds, studentsLeftBehind }: CarriedClass): string {
  const from = startsOn === null ? "" : ` from ${dayDate(startsOn)} on`;
  const parts = [isNew ? `Made with ${counted(timeslotCount, "time")}${from}` : "Made before"];
  if (enrolledStudentIds.length > 0) parts.push(`${counted(enrolledStudentIds.length, "student")} enrolled again`);
  if (studentsLeftBehind.length > 0) parts.push(`${counted(studentsLeftBehind.length, "student")} without a place`);
  return parts.join(" · ");
}

function nameOf(id: string, named: Props["named"]): string {
  const found = named?.students.find(one => one !== null && "firstName" in one && one.id === id);
  return found != null && "firstName" in found ? `${found.firstName} ${found.lastName}` : "A student";
}
