import { useState } from "react";
import type { ResultOf, VariablesOf } from "../../graphql";
import { Link } from "../../parts/Link";
import { ListEnd } from "../../parts/ListEnd";
import { usePages } from "../asking/usePages";
import { type Filter, REPORTS } from "./chosen";
import { type Group, GroupedTable } from "./GroupedTable";
import { TOKEN_REPORT, type TokenCounts } from "./operations";

type By = VariablesOf<typeof TOKEN_REPORT>["by"];

const SHOWN: readonly (readonly [string, (counts: TokenCounts) => number])[] = [
  ["Can be used now", counts => counts.outstanding],
  ["Good until then", counts => counts.expiring],
  ["Issued", counts => counts.issued],
  ["Taken back", counts => counts.withdrawn],
  ["Used", counts => counts.used],
  ["Expired", counts => counts.expired],
];
const WORDS: Readonly<Record<By, string>> = { STUDENT: "Student", PROGRAM: "Program", LOCATION: "Location" };

export function Tokens({ by, filter }: { by: By; filter: Filter }) {
  const [totals, setTotals] = useState<TokenCounts | null>(null);
  const [pick] = useState(() => (answer: ResultOf<typeof TOKEN_REPORT>) => {
    setTotals(answer.tokenReport.totals);
    return answer.tokenReport.rows;
  });
  const found = usePages(TOKEN_REPORT, { filter, by }, pick);
  const label = REPORTS.find(([file]) => file === `TOKENS_BY_${by}`)?.[1] ?? "";
  return (
    <>
      {found.nodes !== null && found.nodes.length > 0 && (
        <GroupedTable
          label={label}
          word={WORDS[by]}
          rows={found.nodes}
          totals={totals}
          shown={SHOWN}
          nameOf={group => nameOf(group, by)}
        />
      )}
      <ListEnd {...found} nothing="There are no makeup tokens to count." />
      <p className="muted hint">
        “Good until then” are those that can be used now and expire between the two dates. The other numbers after it
        are of this time too.
      </p>
    </>
  );
}

function nameOf({ subjectId, name }: Group<TokenCounts>, by: By) {
  if (by === "STUDENT" && subjectId !== null) return <Link to={`/students/${subjectId}`}>{name}</Link>;
  return name === "" ? `Every ${WORDS[by].toLowerCase()}` : name;
}
