import { actorName } from "../../../parts/people";
import { dateTime } from "../../../parts/times";
import { useAnswer } from "../../asking/useAnswer";
import { LEDGER } from "./operations";

/** Everything that has happened to a token. */
export function TokenLedger({ id, zone }: { id: string; zone: string }) {
  const { data, fault } = useAnswer(LEDGER, { id });
  const node = data?.node;
  if (fault !== null) return <p className="fault">{fault}</p>;
  if (node == null || !("ledger" in node)) return <p className="muted">Reading the history …</p>;
  return (
    <ol className="history" aria-label="History of the token">
      {node.ledger.map(one => (
        <li key={`${one.enteredAt} ${one.act}`}>
          <span className="muted">{dateTime(one.enteredAt, zone)}</span>
          <span>{one.message}</span>
          <span className="muted">{actorName(one.enteredBy)}</span>
        </li>
      ))}
    </ol>
  );
}
