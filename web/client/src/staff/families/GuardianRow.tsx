import { useState } from "react";
import { useAct } from "../asking/useAct";
import { type GuardianFacts, INVITE_GUARDIAN } from "./operations";

interface Props {
  readonly guardian: GuardianFacts;
  readonly mayInvite: boolean;
  /** Null where the viewer may not change people. */
  readonly edit: (() => void) | null;
  /** Null where there is nobody to merge with, too. */
  readonly merge: (() => void) | null;
  readonly end: (() => void) | null;
}

export function GuardianRow({ guardian, mayInvite, edit, merge, end }: Props) {
  const invite = useAct(INVITE_GUARDIAN);
  const [isInvited, setInvited] = useState(false);
  const contact = [...guardian.phones, guardian.email].filter(Boolean).join(" · ");
  const word = isInvited ? "Invite again" : "Invite";
  const name = `${guardian.firstName} ${guardian.lastName}`;
  return (
    <li className="line2">
      <span className="lineMain">
        {name}
        <span className="muted hint">{contact || "No number or address"}</span>
        <span className="hint" role="status">
          {isInvited ? "The invitation is on its way. Its link is good for 72 hours." : invite.fault}
        </span>
      </span>
      <span className="acts">
        {mayInvite && guardian.email !== null && (
          <button
            type="button"
            className="button quiet"
            aria-label={`${word} ${name}`}
            disabled={invite.isBusy}
            onClick={async () => setInvited((await invite.run({ guardianId: guardian.id })) !== null)}
          >
            {word}
          </button>
        )}
        {edit !== null && (
          <button type="button" className="button quiet" aria-label={`Edit ${name}`} onClick={edit}>
            Edit
          </button>
        )}
        {merge !== null && (
          <button type="button" className="button quiet" aria-label={`Merge ${name}`} onClick={merge}>
            Merge
          </button>
        )}
        {end !== null && (
          <button type="button" className="button quiet" aria-label={`End the access of ${name}`} onClick={end}>
            End
          </button>
        )}
      </span>
    </li>
  );
}
