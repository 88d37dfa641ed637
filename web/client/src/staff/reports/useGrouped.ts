import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import { useState } from "react";
import { type Connection, type Listing, usePages } from "../asking/usePages";

export interface Group<Counts> {
  readonly subjectId: string | null;
  readonly name: string;
  readonly counts: Counts;
}

interface Report<Counts, Row extends Group<Counts>> {
  readonly totals: Counts;
  readonly rows: Connection<Row>;
}

/** Counts by group, page by page, and those of all groups. Null totals: nothing is read yet. */
export interface Grouped<Counts, Row extends Group<Counts>> extends Listing<Row> {
  readonly totals: Counts | null;
}

/** Read a report that counts by group. `pick` finds it in an answer. */
export function useGrouped<Data, Variables extends AnyVariables, Counts, Row extends Group<Counts>>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Omit<Variables, "after">,
  pick: (data: Data) => Report<Counts, Row>,
): Grouped<Counts, Row> {
  const [totals, setTotals] = useState<Counts | null>(null);
  const [rowsOf] = useState(() => (data: Data) => {
    const report = pick(data);
    setTotals(() => report.totals);
    return report.rows;
  });
  return { ...usePages(document, variables, rowsOf), totals };
}
