import { useState } from "react";
import { TextField } from "../../../parts/Field";
import { TellFamilies } from "../../choosing/TellFamilies";
import { ActDialog } from "../acting/ActDialog";
import { TriedDialog } from "../acting/TriedDialog";
import { WhenFields } from "../acting/WhenFields";
import {
  CREATE_SESSION,
  END_SESSION,
  END_SESSION_PREVIEW,
  type SessionFacts,
  UPDATE_SESSION,
  UPDATE_SESSION_PREVIEW,
} from "./operations";

interface Props {
  readonly close: () => void;
  /** Gets what was done, in a sentence. */
  readonly done: (said: string) => void;
}

interface OfSession extends Props {
  readonly session: SessionFacts;
  readonly today: string;
}

interface Draft {
  readonly name: string;
  readonly startsOn: string;
  readonly endsOn: string;
}

/** What the form still needs. Null when it is complete. */
function lackingIn({ name, startsOn, endsOn }: Draft): string | null {
  if (name.trim() === "") return "Type a name.";
  if (startsOn === "") return "Choose the first day.";
  if (endsOn !== "" && endsOn < startsOn) return "The last day is before the first one.";
  return null;
}

export function NewSession({ close, done }: Props) {
  const [draft, setDraft] = useState<Draft>({ name: "", startsOn: "", endsOn: "" });
  const { name, startsOn, endsOn } = draft;
  const lacking = lackingIn(draft);
  return (
    <ActDialog
      title="Add a session"
      document={CREATE_SESSION}
      input={lacking === null ? { name, startsOn, endsOn: endsOn || null } : null}
      lacking={lacking ?? ""}
      act="Add"
      close={close}
      done={({ session }) => done(`${session.name} was added.`)}
    >
      <DraftFields draft={draft} change={setDraft} />
    </ActDialog>
  );
}

export function ChangeSession({ session, close, done }: Omit<OfSession, "today">) {
  const { id, name, startsOn } = session;
  const [draft, setDraft] = useState<Draft>({ name, startsOn, endsOn: session.endsOn ?? "" });
  const [notifyFamilies, setNotify] = useState(false);
  const lacking = lackingIn(draft);
  const input = { sessionId: id, ...draft, endsOn: draft.endsOn || null, notifyFamilies };
  return (
    <TriedDialog
      title={`Change ${name}`}
      preview={UPDATE_SESSION_PREVIEW}
      document={UPDATE_SESSION}
      input={lacking === null ? input : null}
      lacking={lacking ?? ""}
      act="Change"
      close={close}
      done={result => done(`${result.session.name} was changed.`)}
    >
      <DraftFields draft={draft} change={setDraft} />
      <TellFamilies checked={notifyFamilies} change={setNotify} />
    </TriedDialog>
  );
}

export function EndSession({ session, today, close, done }: OfSession) {
  const [when, setWhen] = useState({ from: today, notifyFamilies: false });
  return (
    <TriedDialog
      title={`End ${session.name}`}
      preview={END_SESSION_PREVIEW}
      document={END_SESSION}
      input={when.from === "" ? null : { sessionId: session.id, ...when }}
      lacking="Choose the first day on which it is over."
      act="End the session"
      isDanger
      close={close}
      done={() => done(`${session.name} was ended.`)}
    >
      <WhenFields when={when} today={today} change={setWhen} />
    </TriedDialog>
  );
}

function DraftFields({ draft, change }: { draft: Draft; change: (draft: Draft) => void }) {
  return (
    <>
      <TextField label="Name" required maxLength={200} value={draft.name} change={name => change({ ...draft, name })} />
      <div className="pair">
        <TextField
          label="First day"
          type="date"
          required
          value={draft.startsOn}
          change={startsOn => change({ ...draft, startsOn })}
        />
        <TextField
          label="Last day"
          hint="Empty: it goes on without an end."
          type="date"
          min={draft.startsOn}
          value={draft.endsOn}
          change={endsOn => change({ ...draft, endsOn })}
        />
      </div>
    </>
  );
}
