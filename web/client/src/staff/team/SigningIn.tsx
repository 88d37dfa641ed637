import { useState } from "react";
import { dateTime } from "../../parts/times";
import { useAct } from "../asking/useAct";
import type { Desk } from "../operations";
import { may } from "../permissions";
import { nameOf } from "./granting";
import { type Account, INVITE_STAFF, RESET_SECOND_FACTOR, REVOKE_INVITATION, SEND_PASSWORD_RESET } from "./operations";

interface Props {
  readonly desk: Desk;
  readonly account: Account;
  readonly zone: string;
  readonly changed: () => void;
}

/** How far the person has come with signing in, and the links that help. */
export function SigningIn({ desk, account, zone, changed }: Props) {
  const [told, setTold] = useState("");
  const invite = useAct(INVITE_STAFF);
  const revoke = useAct(REVOKE_INVITATION);
  const reset = useAct(SEND_PASSWORD_RESET);
  const forget = useAct(RESET_SECOND_FACTOR);
  const personId = account.staffMember.id;
  const invited = account.invitation;
  const { firstName } = account.staffMember;
  const does = async (act: Promise<object | null>, words: string) => {
    setTold("");
    if ((await act) === null) return;
    setTold(words);
    changed();
  };
  const send = () =>
    does(invite.run({ staffMemberId: personId }), "The invitation is on its way. An earlier link works no more.");
  const link = () =>
    does(reset.run({ personId }), "A link is on its way. The present password works until it is used.");
  const asks = `Did ${nameOf(account)} ask for this in person? Whoever knows the password can then sign in with it alone.`;
  const fault = invite.fault ?? revoke.fault ?? reset.fault ?? forget.fault;
  const isActive = account.endedAt === null;
  return (
    <section className="group" aria-label="Signing in">
      <h2>Signing in</h2>
      <div className="card signing">
        <p>{stateOf(account, zone)}</p>
        <p role="status" className="muted hint">
          {told}
        </p>
        {fault !== null && (
          <p className="fault" role="alert">
            {fault}
          </p>
        )}
        {isActive && account.email !== null && (
          <div className="signingActs">
            {!account.hasPassword && (
              <button type="button" className="button" onClick={send}>
                {invited === null ? "Send an invitation" : "Send the invitation again"}
              </button>
            )}
            {invited !== null && (
              <button
                type="button"
                className="button quiet"
                onClick={() => does(revoke.run({ invitationId: invited.id }), "The link works no more.")}
              >
                Take the invitation back
              </button>
            )}
            {account.hasPassword && (
              <button type="button" className="button" onClick={link}>
                Send a link for another password
              </button>
            )}
            {account.hasPassword && may(desk, "OWNER") && personId !== desk.viewer.staffMember.id && (
              <button
                type="button"
                className="button quiet"
                onClick={() =>
                  confirm(asks) && does(forget.run({ personId }), `${firstName} signs in without a second step now.`)
                }
              >
                Remove a lost second step
              </button>
            )}
          </div>
        )}
      </div>
    </section>
  );
}

function stateOf(account: Account, zone: string): string {
  const invited = account.invitation;
  if (account.endedAt !== null) return "The person cannot sign in.";
  if (account.hasPassword) return "The person has chosen a password.";
  if (account.email === null) return "Without an e-mail address, the person cannot sign in.";
  if (invited === null) return "The person has no password and no invitation that works.";
  return `Invited. The link that went to ${invited.email ?? account.email} works until ${dateTime(invited.expiresAt, zone)}.`;
}
