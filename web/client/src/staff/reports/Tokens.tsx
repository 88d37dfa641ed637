import type { ResultOf, VariablesOf } from "../../graphql";
import { Link } from "../../parts/Link";
import type { Filter } from "./chosen";
import { Named, type StudentDetails, studentDetails } from "./details";
import { GroupedTable } from "./GroupedTable";
import { TOKEN_REPORT, type TokenCounts } from "./operations";
import { type Group, useGrouped } from "./useGrouped";

type Row = Group<TokenCounts> & { readonly student: StudentDetails | null };
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

const pick = (answer: ResultOf<typeof TOKEN_REPORT>) => answer.tokenReport;

export function Tokens({ by, filter }: { by: By; filter: Filter }) {
  const found = useGrouped(TOKEN_REPORT, { filter, by }, pick);
  return (
    <>
      <GroupedTable
        file={`TOKENS_BY_${by}`}
        word={WORDS[by]}
        found={found}
        shown={SHOWN}
        nameOf={group => nameOf(group, by)}
        nothing="There are no makeup tokens to count."
      />
      <p className="muted hint">
        “Good until then” are those that can be used now and expire between the two dates. The other numbers after it
        are of this time too.
      </p>
    </>
  );
}

function nameOf({ subjectId, name, student }: Row, by: By) {
  if (student !== null) {
    return (
      <Named details={studentDetails(student)}>
        <Link to={`/students/${subjectId}`}>{name}</Link>
      </Named>
    );
  }
  return name === "" ? `Every ${WORDS[by].toLowerCase()}` : name;
}
