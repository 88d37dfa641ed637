import { useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { useAnswer } from "../asking/useAnswer";
import { TriedDialog } from "./acting/TriedDialog";
import { WhenFields } from "./acting/WhenFields";
import { type Choices, inputOf, lackingIn, type OfferingDraft } from "./offering/draft";
import { OfferingFields } from "./offering/OfferingFields";
import { OFFERING_CHOICES } from "./offering/operations";
import { type ClassFacts, UPDATE_CLASS, UPDATE_CLASS_PREVIEW } from "./operations";

interface Props {
  readonly facts: ClassFacts;
  readonly today: string;
  readonly close: () => void;
  readonly done: () => void;
}

/** Changes what a class is: its name, place, program, sessions, places, ages and instructors. */
export function ClassDialog(props: Props) {
  const { data, fault } = useAnswer(OFFERING_CHOICES, {});
  if (data !== null) return <ChangeForm {...props} choices={data} />;
  return (
    <Dialog title={`Change ${props.facts.name}`} close={props.close}>
      <p className={fault === null ? "muted" : "fault"}>{fault ?? "Reading …"}</p>
    </Dialog>
  );
}

function ChangeForm({ facts, today, close, done, choices }: Props & { readonly choices: Choices }) {
  const [draft, setDraft] = useState(() => draftOf(facts));
  const [when, setWhen] = useState({ from: today, notifyFamilies: false });
  const lacking = lackingIn(draft) ?? (when.from === "" ? "Choose the first day on which the change holds." : null);
  const { instructorIds, ...rest } = inputOf(draft);
  // Somebody who teaches may not work here any more, and cannot be chosen anew.
  const taught = isTaughtBy(facts, instructorIds) ? {} : { instructorIds };
  return (
    <TriedDialog
      title={`Change ${facts.name}`}
      preview={UPDATE_CLASS_PREVIEW}
      document={UPDATE_CLASS}
      input={lacking === null ? { offeringId: facts.id, ...rest, ...taught, ...when } : null}
      lacking={lacking ?? ""}
      act="Change"
      close={close}
      done={done}
    >
      <OfferingFields draft={draft} choices={choices} today={today} change={some => setDraft({ ...draft, ...some })} />
      <WhenFields when={when} today={today} change={setWhen} />
    </TriedDialog>
  );
}

function draftOf(facts: ClassFacts): OfferingDraft {
  return {
    name: facts.name,
    locationId: facts.location.id,
    programId: facts.program?.id ?? "",
    sessionIds: facts.sessions.map(one => one.id),
    instructors: facts.instructors,
    capacity: facts.capacity === null ? "" : String(facts.capacity),
    minAgeMonths: facts.minAgeMonths,
    maxAgeMonths: facts.maxAgeMonths,
    gender: facts.gender ?? "",
  };
}

function isTaughtBy({ instructors }: ClassFacts, ids: readonly string[]): boolean {
  return instructors.length === ids.length && instructors.every(({ id }) => ids.includes(id));
}
