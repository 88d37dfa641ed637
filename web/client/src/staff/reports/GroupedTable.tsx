import type { ReactNode } from "react";
import type { Column } from "./Table";
import { Table } from "./Table";

export interface Group<Counts> {
  readonly subjectId: string | null;
  readonly name: string;
  readonly counts: Counts;
}

interface Props<Counts> {
  readonly label: string;
  readonly word: string;
  readonly rows: readonly Group<Counts>[];
  readonly totals: Counts | null;
  readonly shown: readonly (readonly [string, (counts: Counts) => ReactNode])[];
  readonly nameOf: (group: Group<Counts>) => ReactNode;
}

/** Counts by group, with those of all groups below. */
export function GroupedTable<Counts>({ label, word, rows, totals, shown, nameOf }: Props<Counts>) {
  const columns: Column<Group<Counts>>[] = [
    { word, cell: nameOf },
    ...shown.map(([heading, cell]) => ({
      word: heading,
      cell: (row: Group<Counts>) => cell(row.counts),
      isNumber: true,
    })),
  ];
  const end = totals !== null && (
    <tr>
      <th scope="row">All</th>
      {shown.map(([heading, cell]) => (
        <td key={heading} className="number">
          {cell(totals)}
        </td>
      ))}
    </tr>
  );
  return <Table label={label} columns={columns} rows={rows} keyOf={row => row.subjectId ?? row.name} totals={end} />;
}
