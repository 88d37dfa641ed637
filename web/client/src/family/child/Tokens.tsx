import { counted } from "../../parts/counted";
import { Link } from "../../parts/Link";
import { tokenAddress } from "../router";
import type { Token } from "../token/operations";
import { reason, until, use, where } from "../token/tokenWords";
import type { Child } from "./operations";

type Groups = Child["makeupTokenGroups"];

/** The makeup tokens, grouped by what can be done with them. */
export function Tokens({ groups }: { groups: Groups }) {
  const { usableHere, requested, pending, spent, expired } = groups;
  const isNone = [usableHere, requested, pending, spent, expired].every(group => group.length === 0);
  return (
    <section className="card part" aria-labelledby="tokens">
      <h2 id="tokens">Makeup tokens</h2>
      {isNone && <p className="muted">There are no makeup tokens. A token stands for a class that can be made up.</p>}
      <Group title="Ready to use" tokens={usableHere} />
      <Group title="Requested" tokens={requested} />
      <Group title="Makeup booked" tokens={pending} />
      <Past title="used" tokens={spent} />
      <Past title="expired" tokens={expired} />
    </section>
  );
}

function Group({ title, tokens }: { title: string; tokens: readonly Token[] }) {
  if (tokens.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul className="lines">
        {tokens.map(token => (
          <li key={token.id} className="line free">
            <span className="name">
              <strong>{use(token) ?? where(token)}</strong>
              <span className="muted">{reason(token)}</span>
              {token.state === "AVAILABLE" && <span className="muted">{until(token)}</span>}
            </span>
            <Link to={tokenAddress(token.id)} className={token.state === "AVAILABLE" ? "button main" : "button"}>
              {token.state === "AVAILABLE" ? "Find a makeup" : "Open"}
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}

function Past({ title, tokens }: { title: string; tokens: readonly Token[] }) {
  if (tokens.length === 0) return null;
  return (
    <details className="past">
      <summary>
        {counted(tokens.length, "token")} {title}
      </summary>
      <ul className="lines">
        {tokens.map(token => (
          <li key={token.id} className="line free">
            <span className="name">
              <strong>{use(token) ?? reason(token)}</strong>
              <span className="muted">{use(token) === null ? where(token) : reason(token)}</span>
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
