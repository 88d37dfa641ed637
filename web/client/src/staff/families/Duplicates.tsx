import { useEffect, useRef } from "react";
import type { ResultOf } from "../../graphql";
import { Link } from "../../parts/Link";
import type { Refused } from "../asking/useAct";
import type { REGISTER_FAMILY } from "./operations";

type Duplicate = Extract<Refused<ResultOf<typeof REGISTER_FAMILY>>, { duplicates: unknown }>["duplicates"][number];

const REASONS: Record<Duplicate["reason"], string> = {
  SAME_PHONE: "the same telephone number",
  SAME_EMAIL: "the same e-mail address",
  SAME_NAME_AND_BIRTHDAY: "a child of the same name and birthday",
};

/** The families that may be the one that is being registered. It takes the focus, so that nobody registers unread. */
export function Duplicates({ duplicates }: { duplicates: readonly Duplicate[] }) {
  const notice = useRef<HTMLElement>(null);
  useEffect(() => notice.current?.focus(), []);
  return (
    <section ref={notice} className="duplicates" role="alert" tabIndex={-1}>
      <strong>Somebody like this is known already.</strong>
      <ul className="plainList">
        {duplicates.map(one => (
          <li key={`${one.familyId} ${one.reason} ${one.studentId ?? ""}`}>
            <Link to={`/families/${one.familyId}`}>{one.familyName}</Link>: {REASONS[one.reason]}
          </li>
        ))}
      </ul>
    </section>
  );
}
