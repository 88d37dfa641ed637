import { counted } from "../../parts/counted";
import { dayDate } from "../../parts/times";
import { ageWords } from "./offering/ages";
import type { ClassFacts } from "./operations";
import { datesOf } from "./sessions/sessionWords";

const KINDS: Record<ClassFacts["kind"], string> = { CLASS: "Class", CAMP: "Camp", APPOINTMENT: "Appointment" };

/** What a class is, as a list of facts. */
export function ClassFactsList({ facts }: { facts: ClassFacts }) {
  const { kind, location, program, capacity, instructors, sessions, startsOn, endsOn } = facts;
  const people = instructors.map(one => `${one.firstName} ${one.lastName}`).join(", ");
  const who = [ageWords(facts), facts.gender].filter(Boolean).join(" · ");
  const between = [startsOn && `from ${dayDate(startsOn)}`, endsOn && `until ${dayDate(endsOn)}`].filter(Boolean);
  const rows: readonly (readonly [string, string | null | undefined])[] = [
    ["What", [KINDS[kind], program?.name].filter(Boolean).join(" · ")],
    ["Where", location.name],
    ["Places", capacity === null ? "Any number of students" : counted(capacity, "place")],
    ["For", who],
    ["Taught by", people || "Nobody yet"],
    ["Sessions", sessions.map(one => `${one.name} (${datesOf(one)})`).join(", ")],
    ["Held", between.join(" ")],
  ];
  return (
    <dl className="facts">
      {rows
        .filter(([, what]) => what)
        .map(([word, what]) => (
          <div key={word}>
            <dt className="muted">{word}</dt>
            <dd>{what}</dd>
          </div>
        ))}
    </dl>
  );
}
