import { useState } from "react";
import { dayDate, plainDate } from "../../../parts/times";
import { useAct } from "../../asking/useAct";
import type { Desk } from "../../operations";
import { may } from "../../permissions";
import { DELETE_TOKEN, RESET_TOKEN, type Token } from "./operations";
import { TokenLedger } from "./TokenLedger";

interface Props {
  readonly desk: Desk;
  readonly token: Token;
  readonly edit: () => void;
  readonly changed: () => void;
}

const EDITABLE = new Set(["SCHEDULED", "AVAILABLE", "EXPIRED"]);

export function TokenCard({ desk, token, edit, changed }: Props) {
  const reset = useAct(RESET_TOKEN);
  const remove = useAct(DELETE_TOKEN);
  const [isOpen, setOpen] = useState(false);
  const about = titleOf(token);
  const fault = reset.fault ?? remove.fault;
  const isPending = token.state === "PENDING";
  const mayCreate = may(desk, "CREATE_MAKEUP_TOKENS");
  const removeIt = async () => {
    if (confirm("Delete this token? The family cannot use it any more.") && (await remove.run({ tokenId: token.id })))
      changed();
  };
  return (
    <article className="card token" aria-label={about}>
      <p>
        <strong>{about}</strong>
        <span className="muted hint">{factsOf(token)}</span>
        {token.comment !== null && <span className="hint">{token.comment}</span>}
      </p>
      {fault !== null && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      <div className="tokenActs">
        <button type="button" className="button quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          History
        </button>
        {mayCreate && isPending && (
          <button
            type="button"
            className="button quiet"
            disabled={reset.isBusy}
            onClick={async () => (await reset.run({ tokenId: token.id })) && changed()}
          >
            Reset
          </button>
        )}
        {mayCreate && EDITABLE.has(token.state) && (
          <button type="button" className="button quiet" onClick={edit}>
            Edit
          </button>
        )}
        {may(desk, "DELETE_MAKEUP_TOKENS") && EDITABLE.has(token.state) && (
          <button type="button" className="button quiet" disabled={remove.isBusy} onClick={removeIt}>
            Delete
          </button>
        )}
      </div>
      {isOpen && <TokenLedger id={token.id} zone={desk.locations[0]?.timeZone ?? "UTC"} />}
    </article>
  );
}

function titleOf({ origin, missedOccurrence }: Token): string {
  if (missedOccurrence === null) return origin === "MANUAL" ? "Given by staff" : "For a class";
  const { date, offering } = missedOccurrence;
  return `${origin === "CANCELLATION" ? "Cancelled" : "Missed"}: ${offering.name}, ${plainDate(date)}`;
}

function factsOf({ issuedOn, expiresOn, location, program, makeup }: Token): string {
  const parts = [
    `${dayDate(issuedOn)} ${expiresOn === null ? "on, never expires" : `to ${dayDate(expiresOn)}`}`,
    location === null ? "" : `only at ${location.name}`,
    program === null ? "" : `only for ${program.name}`,
    makeup === null ? "" : `makeup in ${makeup.offering.name} on ${plainDate(makeup.startsOn)}`,
  ];
  return parts.filter(Boolean).join(" · ");
}
