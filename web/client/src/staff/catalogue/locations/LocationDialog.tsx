import { useState } from "react";
import { TextField } from "../../../parts/Field";
import { todayIn } from "../../../parts/times";
import type { Desk } from "../../operations";
import { ActDialog } from "../acting/ActDialog";
import { PlanFields, usePlan } from "../acting/PlanFields";
import { fromWords } from "../acting/SinceFields";
import { TriedDialog } from "../acting/TriedDialog";
import {
  CREATE_LOCATION,
  END_LOCATION,
  type LocationFacts,
  UPDATE_LOCATION,
  UPDATE_LOCATION_PREVIEW,
} from "./operations";
import { ZoneField } from "./ZoneField";
import { likelyZone } from "./zones";

interface Props {
  readonly close: () => void;
  /** Gets what was done, in a sentence. */
  readonly done: (said: string) => void;
}

interface OfNew extends Props {
  /** The locations that there are. A new one is most often in the same zone. */
  readonly others: readonly { readonly timeZone: string }[];
}

export function NewLocation({ others, close, done }: OfNew) {
  const [name, setName] = useState("");
  const [timeZone, setTimeZone] = useState(() => likelyZone(others));
  return (
    <ActDialog
      title="Add a location"
      document={CREATE_LOCATION}
      input={name.trim() === "" ? null : { name, timeZone }}
      lacking="Type a name."
      act="Add"
      close={close}
      done={({ location }) => done(`${location.name} was added.`)}
    >
      <TextField label="Name" required maxLength={200} value={name} change={setName} />
      <ZoneField
        hint="All dates and times of classes held here are in this zone."
        value={timeZone}
        change={setTimeZone}
      />
    </ActDialog>
  );
}

interface OfLocation extends Props {
  readonly desk: Desk;
  readonly location: LocationFacts;
}

export function ChangeLocation({ desk, location, close, done }: OfLocation) {
  const [name, setName] = useState(location.name);
  const planned = location.plannedTimeZone;
  const [timeZone, setTimeZone] = useState(planned?.timeZone ?? location.timeZone);
  const [today] = useState(() => todayIn(location.timeZone));
  const plan = usePlan(planned?.from ?? null, today, timeZone !== location.timeZone);
  const { since, notifyFamilies, isOther: isMoved, isTakenBack } = plan;
  const input = {
    locationId: location.id,
    name,
    ...(isMoved ? { timeZone, ...since, notifyFamilies } : {}),
    ...(isTakenBack ? { timeZone, notifyFamilies } : {}),
  };
  const lacking = name.trim() === "" ? "Type a name." : null;
  const undated = isMoved && since.from === "" ? "Choose the first day in the other zone." : null;
  return (
    <TriedDialog
      title={`Change ${location.name}`}
      preview={UPDATE_LOCATION_PREVIEW}
      document={UPDATE_LOCATION}
      input={lacking === null && undated === null ? input : null}
      lacking={lacking ?? undated ?? ""}
      act="Change"
      close={close}
      done={result => done(`${result.location.name} was changed${isMoved ? fromWords(since, today) : ""}.`)}
    >
      <TextField label="Name" required maxLength={200} value={name} change={setName} />
      <ZoneField
        hint="Classes keep their hours on the clock. The clock of the location follows on the day that you choose."
        value={timeZone}
        change={setTimeZone}
      />
      <PlanFields
        desk={desk}
        plan={plan}
        today={today}
        hint="Classes before this day, and those of today that have begun, keep the zone that they had."
      />
    </TriedDialog>
  );
}

export function EndLocation({ location, close, done }: Props & { readonly location: LocationFacts }) {
  return (
    <ActDialog
      title={`End ${location.name}`}
      document={END_LOCATION}
      input={{ locationId: location.id }}
      act="End the location"
      isDanger
      close={close}
      done={() => done(`${location.name} was ended.`)}
    >
      <p>
        New classes cannot be held there any more. Roll sheets of the past keep its name. A location can end when no
        class is held there from today on.
      </p>
    </ActDialog>
  );
}
