import { useEffect, useState } from "react";
import { SelectField, TextField } from "../../parts/Field";
import { todayIn } from "../../parts/times";
import { useAnswer } from "../asking/useAnswer";
import { useSettled } from "../asking/useSettled";
import { FIND_OFFERINGS, type OfferingChoice } from "./operations";
import { meetingWords, timeslotWords } from "./timeslots";

export interface ChosenClass {
  readonly offeringId: string;
  /** Null for all of its timeslots. */
  readonly timeslotId: string | null;
}

interface Props {
  readonly chosen: ChosenClass | null;
  readonly choose: (chosen: ChosenClass | null) => void;
}

/** Chooses a class and, where it meets more than once a week, one of its times. */
export function ClassChoice({ chosen, choose }: Props) {
  const [text, setText] = useState("");
  const search = useSettled(text.trim());
  const { data, isLoading } = useAnswer(FIND_OFFERINGS, { search: search === "" ? null : search });
  const found = data?.offerings.nodes ?? [];
  const offering = found.find(one => one.id === chosen?.offeringId) ?? null;
  useEffect(() => {
    // What the search has left out of the list cannot stay chosen unseen.
    if (!isLoading && chosen !== null && offering === null) choose(null);
  }, [isLoading, chosen, offering, choose]);
  const hint = data?.offerings.pageInfo.hasNextPage ? "There are more. Type a part of the name." : undefined;
  return (
    <div className="pair">
      <TextField label="Find a class" type="search" autoComplete="off" value={text} change={setText} />
      <SelectField
        label="Class"
        hint={hint}
        value={chosen?.offeringId ?? ""}
        choices={[["", found.length === 0 && !isLoading ? "None has this name" : "Choose …"], ...found.map(worded)]}
        change={id => choose(id === "" ? null : { offeringId: id, timeslotId: null })}
      />
      {offering !== null && offering.timeslots.length > 1 && (
        <SelectField
          label="Time"
          value={chosen?.timeslotId ?? ""}
          choices={[["", "All its times"], ...offering.timeslots.map(one => [one.id, timeslotWords(one)] as const)]}
          change={id => choose({ offeringId: offering.id, timeslotId: id === "" ? null : id })}
        />
      )}
    </div>
  );
}

/** With all its times, and its location: several classes can have one name. */
function worded({ id, name, location, timeslots }: OfferingChoice): readonly [string, string] {
  const when = meetingWords(timeslots, todayIn(location.timeZone));
  return [id, [name, when, location.name].filter(Boolean).join(", ")];
}
