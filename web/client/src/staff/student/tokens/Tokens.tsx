import { useState } from "react";
import type { ResultOf } from "../../../graphql";
import { counted } from "../../../parts/counted";
import { useAnswer } from "../../asking/useAnswer";
import type { Desk } from "../../operations";
import { may } from "../../permissions";
import type { StudentFacts } from "../operations";
import { type Created, CreateTokens } from "./CreateTokens";
import { EditToken } from "./EditToken";
import { TOKENS, type Token } from "./operations";
import { TokenCard } from "./TokenCard";

type Answer = NonNullable<ResultOf<typeof TOKENS>["student"]>;

/** The student's makeup tokens, grouped by what can be done with them. */
export function Tokens({ desk, student }: { desk: Desk; student: StudentFacts }) {
  const { data, fault, reload } = useAnswer(TOKENS, { id: student.id });
  const [isCreating, setCreating] = useState(false);
  const [edited, setEdited] = useState<Token | null>(null);
  const [told, setTold] = useState("");
  const programs = (data?.programs ?? []).filter(one => !one.isDeleted);
  const groups = data?.student == null ? [] : groupsOf(data.student);
  const created = (done: Created) => {
    setTold(wordsOf(done));
    setCreating(false);
    reload();
  };
  return (
    <>
      <div className="toolbar">
        <p role="status" className="muted">
          {told}
        </p>
        {may(desk, "CREATE_MAKEUP_TOKENS") && (
          <button type="button" className="button" onClick={() => setCreating(true)}>
            Create tokens
          </button>
        )}
      </div>
      {fault !== null && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      {data !== null && groups.length === 0 && <p className="muted listEnd">This student has no makeup tokens.</p>}
      {groups.map(([word, tokens]) => (
        <section key={word} className="group" aria-label={word}>
          <h2>
            {word} <span className="muted">{tokens.length}</span>
          </h2>
          <ul className="cards">
            {tokens.map(token => (
              <li key={token.id}>
                <TokenCard desk={desk} token={token} edit={() => setEdited(token)} changed={reload} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      {isCreating && (
        <CreateTokens
          desk={desk}
          student={student}
          programs={programs}
          close={() => setCreating(false)}
          created={created}
        />
      )}
      {edited !== null && (
        <EditToken
          desk={desk}
          token={edited}
          programs={programs}
          close={() => setEdited(null)}
          changed={() => {
            setEdited(null);
            reload();
          }}
        />
      )}
    </>
  );
}

function groupsOf({
  makeupTokenGroups: groups,
  ahead,
  gone,
}: Answer): readonly (readonly [string, readonly Token[]])[] {
  const all = [
    ["Usable now", groups.usableHere],
    ["Usable later", ahead.nodes],
    ["Requested", groups.requested],
    ["Makeup booked", groups.pending],
    ["Used", groups.spent],
    ["Expired", groups.expired],
    ["Revoked or deleted", gone.nodes],
  ] as const;
  return all.filter(([, tokens]) => tokens.length > 0);
}

function wordsOf({ tokenCount, emailCount, emailsWithoutAddress }: Created): string {
  const parts = [`${counted(tokenCount, "token")} created.`];
  if (emailCount > 0) parts.push(`${counted(emailCount, "e-mail")} will be sent.`);
  if (emailsWithoutAddress > 0) parts.push("The family has no e-mail address, so it cannot be told.");
  return parts.join(" ");
}
