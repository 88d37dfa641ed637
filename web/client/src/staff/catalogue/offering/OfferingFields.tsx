import { SelectField, TextField } from "../../../parts/Field";
import { AgeField } from "./AgeField";
import type { Choices, OfferingDraft } from "./draft";
import { SessionsField } from "./SessionsField";
import { TeachersField } from "./TeachersField";

interface Props {
  readonly draft: OfferingDraft;
  readonly choices: Choices;
  readonly today: string;
  readonly change: (some: Partial<OfferingDraft>) => void;
}

/** What an offering is: name, place, program, sessions, places, ages. */
export function OfferingFields({ draft, choices, today, change }: Props) {
  const programs = [["", "None"], ...choices.programs.map(one => [one.id, one.name] as const)] as const;
  const locations = choices.locations.map(one => [one.id, one.name] as const);
  return (
    <>
      <div className="pair">
        <TextField label="Name" required maxLength={200} value={draft.name} change={name => change({ name })} />
        <SelectField
          label="Location"
          value={draft.locationId}
          choices={locations}
          change={locationId => change({ locationId })}
        />
        <SelectField
          label="Program"
          value={draft.programId}
          choices={programs}
          change={programId => change({ programId })}
        />
        <TextField
          label="Places"
          hint="Empty: any number of students."
          type="number"
          min={0}
          max={100000}
          value={draft.capacity}
          change={capacity => change({ capacity })}
        />
      </div>
      <SessionsField today={today} chosen={draft.sessionIds} change={sessionIds => change({ sessionIds })} />
      <TeachersField chosen={draft.instructors} change={instructors => change({ instructors })} />
      <div className="pair">
        <AgeField label="Youngest" months={draft.minAgeMonths} change={minAgeMonths => change({ minAgeMonths })} />
        <AgeField label="Oldest" months={draft.maxAgeMonths} change={maxAgeMonths => change({ maxAgeMonths })} />
        <TextField
          label="Gender"
          hint="Empty: everybody."
          maxLength={200}
          value={draft.gender}
          change={gender => change({ gender })}
        />
      </div>
    </>
  );
}
