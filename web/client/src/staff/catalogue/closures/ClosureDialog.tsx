import { useState } from "react";
import { SelectField, TextField } from "../../../parts/Field";
import { TellFamilies } from "../../choosing/TellFamilies";
import { TriedDialog } from "../acting/TriedDialog";
import { daysOf, SCOPE_CHOICES } from "./closureWords";
import {
  type CalendarFacts,
  type ClosureFacts,
  CREATE_CLOSURE,
  CREATE_CLOSURE_PREVIEW,
  END_CLOSURE,
  END_CLOSURE_PREVIEW,
  UPDATE_CLOSURE,
  UPDATE_CLOSURE_PREVIEW,
} from "./operations";

interface Props {
  readonly close: () => void;
  /** Gets what was done, in a sentence. */
  readonly done: (said: string) => void;
}

interface OfClosure extends Props {
  readonly closure: ClosureFacts;
}

interface Draft {
  readonly startsOn: string;
  readonly endsOn: string;
  readonly scope: ClosureFacts["scope"];
  readonly label: string;
  readonly notifyFamilies: boolean;
}

/** What the form still needs. Null when it is complete. */
function lackingIn({ startsOn, endsOn }: Draft): string | null {
  if (startsOn === "") return "Choose the first closed day.";
  if (endsOn !== "" && endsOn < startsOn) return "The last day is before the first one.";
  return null;
}

/** One day is closed when no last day is given. */
function inputOf(draft: Draft) {
  return { ...draft, endsOn: draft.endsOn || draft.startsOn, label: draft.label.trim() || null };
}

export function NewClosure({ calendar, close, done }: Props & { readonly calendar: CalendarFacts }) {
  const [draft, setDraft] = useState<Draft>({
    startsOn: "",
    endsOn: "",
    scope: "BOTH",
    label: "",
    notifyFamilies: false,
  });
  const lacking = lackingIn(draft);
  const input = { blackoutScheduleId: calendar.id, ...inputOf(draft) };
  return (
    <TriedDialog
      title={`Close days in ${calendar.name}`}
      preview={CREATE_CLOSURE_PREVIEW}
      document={CREATE_CLOSURE}
      input={lacking === null ? input : null}
      lacking={lacking ?? ""}
      act="Close these days"
      close={close}
      done={() => done(`Closed: ${daysOf(input)}.`)}
    >
      <DraftFields draft={draft} change={setDraft} />
    </TriedDialog>
  );
}

export function ChangeClosure({ closure, close, done }: OfClosure) {
  const { id, startsOn, endsOn, scope, label } = closure;
  const [draft, setDraft] = useState<Draft>({ startsOn, endsOn, scope, label: label ?? "", notifyFamilies: false });
  const lacking = lackingIn(draft);
  const input = { blackoutDateId: id, ...inputOf(draft) };
  return (
    <TriedDialog
      title={`Change ${label ?? daysOf(closure)}`}
      preview={UPDATE_CLOSURE_PREVIEW}
      document={UPDATE_CLOSURE}
      input={lacking === null ? input : null}
      lacking={lacking ?? ""}
      act="Change"
      close={close}
      done={() => done(`Closed now: ${daysOf(input)}.`)}
    >
      <DraftFields draft={draft} change={setDraft} />
    </TriedDialog>
  );
}

export function EndClosure({ closure, close, done }: OfClosure) {
  const [notifyFamilies, setNotify] = useState(false);
  return (
    <TriedDialog
      title={`Open ${daysOf(closure)} again`}
      preview={END_CLOSURE_PREVIEW}
      document={END_CLOSURE}
      input={{ blackoutDateId: closure.id, notifyFamilies }}
      lacking=""
      act="Open again"
      isDanger
      close={close}
      done={() => done(`Open again: ${daysOf(closure)}.`)}
    >
      <p>Classes are held again on the days that have not passed.</p>
      <TellFamilies checked={notifyFamilies} change={setNotify} />
    </TriedDialog>
  );
}

function DraftFields({ draft, change }: { draft: Draft; change: (draft: Draft) => void }) {
  const set = (some: Partial<Draft>) => change({ ...draft, ...some });
  return (
    <>
      <div className="pair">
        <TextField
          label="First closed day"
          type="date"
          required
          value={draft.startsOn}
          change={startsOn => set({ startsOn })}
        />
        <TextField
          label="Last closed day"
          hint="Empty: one day."
          type="date"
          min={draft.startsOn}
          value={draft.endsOn}
          change={endsOn => set({ endsOn })}
        />
      </div>
      <div className="pair">
        <SelectField
          label="What is closed"
          hint="Camps are always held."
          value={draft.scope}
          choices={SCOPE_CHOICES}
          change={scope => set({ scope })}
        />
        <TextField
          label="Name"
          hint="Such as the name of a holiday."
          maxLength={200}
          value={draft.label}
          change={label => set({ label })}
        />
      </div>
      <TellFamilies checked={draft.notifyFamilies} change={notifyFamilies => set({ notifyFamilies })} />
    </>
  );
}
