import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import { useState } from "react";
import { type Connection, type Listing, usePages } from "../asking/usePages";

export interface Group<Counts> {
  readonly subjectId: string | null;
  readonly name: string;
  readonly counts: Counts;
}

interface Report<Counts> {
  readonly totals: Counts;
  readonly rows: Connection<Group<Counts>>;
}

/** Counts by group, page by page, and those of all groups. Null totals: nothing is read yet. */
export interface Grouped<Counts> extends Listing<Group<Counts>> {
  readonly totals: Counts | null;
}

/** Read a report that counts by group. `pick` finds it in an answer. */
export function useGrouped<Data, Variables extends AnyVariables, Counts>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Omit<Variables, "after">,
  pick: (data: Data) => Report<Counts>,
): Grouped<Counts> {
  const [totals, setTotals] = useState<Counts | null>(null);
  const [rowsOf] = useState(() => (data: Data) => {
    const report = pick(data);
    setTotals(() => report.totals);
    return report.rows;
  });
  return { ...usePages(document, variables, rowsOf), totals };
}
