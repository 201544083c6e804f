import { type ReactNode, useState } from "react";
import { Icon } from "../icon/Icon.tsx";
import "./number-table.css";

/** One column of numbers, or of the words that name a row. */
export type NumberColumn<Row> = {
  key: string;
  header: string;
  /** What rows are put in order by; null stands last. */
  value: (row: Row) => number | string | null;
  cell: (row: Row) => ReactNode;
  isWords?: boolean;
};

type NumberTableProps<Row> = {
  label: string;
  columns: readonly NumberColumn<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Whether heads put the rows in order. */
  sortable?: boolean;
};

type Order = { key: string; isRising: boolean };

function compare(left: number | string | null, right: number | string | null, isRising: boolean): number {
  // What is not known stands last in either order.
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  const difference =
    typeof left === "number" && typeof right === "number"
      ? left - right
      : String(left).localeCompare(String(right));
  return isRising ? difference : -difference;
}

/** A real table of numbers in a frame that scrolls, with heads that put it in order where it is `sortable`. */
export function NumberTable<Row>({ label, columns, rows, rowKey, sortable = false }: NumberTableProps<Row>) {
  const [order, setOrder] = useState<Order | null>(null);
  const by = columns.find(({ key }) => key === order?.key);
  const shown =
    by === undefined || order === null
      ? rows
      : rows.toSorted((left, right) => compare(by.value(left), by.value(right), order.isRising));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a frame that scrolls has to be reachable by keyboard
    <section className="number-frame" aria-label={label} tabIndex={0}>
      <table className="number-table">
        <caption className="visually-hidden">{label}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.key} column={column} order={order} onSort={sortable ? setOrder : undefined} />
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column, place) =>
                place === 0 ? (
                  <th key={column.key} scope="row" className="number-words">
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.key} className={column.isWords ? "number-words" : ""}>
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

type HeadProps<Row> = {
  column: NumberColumn<Row>;
  order: Order | null;
  onSort: ((order: Order) => void) | undefined;
};

function Head<Row>({ column, order, onSort }: HeadProps<Row>) {
  const isOrdered = order?.key === column.key;
  // Words begin at A, numbers with the largest.
  const firstRising = column.isWords === true;
  const next = isOrdered ? !order.isRising : firstRising;
  const direction = order?.isRising ? "ascending" : "descending";
  return (
    <th
      scope="col"
      className={column.isWords ? "number-words" : ""}
      aria-sort={isOrdered ? direction : undefined}
    >
      {onSort === undefined ? (
        column.header
      ) : (
        <button type="button" onClick={() => onSort({ key: column.key, isRising: next })}>
          {column.header}
          {isOrdered && <Icon name={order.isRising ? "up" : "down"} small />}
        </button>
      )}
    </th>
  );
}
