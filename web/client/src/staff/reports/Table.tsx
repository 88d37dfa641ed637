import type { ReactNode } from "react";

export interface Column<Row> {
  readonly word: string;
  readonly cell: (row: Row) => ReactNode;
  /** Numbers stand at the right. */
  readonly isNumber?: boolean;
}

interface Props<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** The last row: all together. */
  readonly totals?: ReactNode;
}

/** A table that scrolls sideways on a phone, with its first column in place. */
export function Table<Row>({ label, columns, rows, keyOf, totals }: Props<Row>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
    <section className="tableFrame" tabIndex={0} aria-label={label}>
      <table className="report">
        <thead>
          <tr>
            {columns.map(({ word, isNumber }) => (
              <th key={word} scope="col" className={isNumber ? "number" : undefined}>
                {word}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(row => (
            <tr key={keyOf(row)}>
              {columns.map(({ word, cell, isNumber }, at) =>
                at === 0 ? (
                  <th key={word} scope="row">
                    {cell(row)}
                  </th>
                ) : (
                  <td key={word} className={isNumber ? "number" : undefined}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
        {totals && <tfoot>{totals}</tfoot>}
      </table>
    </section>
  );
}
