import type { ReactNode } from "react";
import { ListEnd } from "../../parts/ListEnd";
import { type ReportFile, titleOf } from "./chosen";
import { type Column, Table } from "./Table";
import type { Group, Grouped } from "./useGrouped";

interface Props<Counts, Row extends Group<Counts>> {
  readonly file: ReportFile;
  readonly word: string;
  readonly found: Grouped<Counts, Row>;
  readonly shown: readonly (readonly [string, (counts: Counts) => ReactNode])[];
  readonly nameOf: (group: Row) => ReactNode;
  /** What is said when there is no group. */
  readonly nothing: string;
}

/** Counts by group, with those of all groups below. */
export function GroupedTable<Counts, Row extends Group<Counts>>({
  file,
  word,
  found,
  shown,
  nameOf,
  nothing,
}: Props<Counts, Row>) {
  const { nodes, totals } = found;
  const columns: Column<Row>[] = [
    { word, cell: nameOf },
    ...shown.map(([heading, cell]) => ({
      word: heading,
      cell: (row: Row) => cell(row.counts),
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
  return (
    <>
      {nodes !== null && nodes.length > 0 && (
        <Table
          label={titleOf(file)}
          columns={columns}
          rows={nodes}
          keyOf={row => row.subjectId ?? row.name}
          totals={end}
        />
      )}
      <ListEnd {...found} nothing={nothing} />
    </>
  );
}
