import { memo, type ReactNode, useRef } from "react";
import { Icon } from "../icon/Icon.tsx";
import "./data-table.css";
import { useRowKeys } from "./row-keys.ts";

/** Where a cell stands in the two-line row of a phone; a cell without a place is left out there. */
export type PhonePlace = "mark" | "title" | "aside" | "detail" | "aside-detail";

/** One column. Exactly one column of a table takes the slack and holds words. */
export type Column<Row> = {
  key: string;
  header: ReactNode;
  cell: (row: Row) => ReactNode;
  align?: "end";
  slack?: boolean;
  phone?: PhonePlace;
  /** Left out below 1100 px. */
  wideOnly?: boolean;
  /** In px; equal widths align the columns of nested tables. */
  minWidth?: number;
};

type DataTableProps<Row> = {
  /** Read out as the table's name. */
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  /** Read before the second line on a phone, so that a status is never a mark alone. */
  statusWord?: (row: Row) => string;
  /** Brings a row up to date from the live stream; must be a hook and stay the same function. */
  useRow?: (row: Row) => Row;
  rowTone?: (row: Row) => "hot" | undefined;
  expansion?: Expansion<Row>;
  /** The row that is pointed at elsewhere, such as in a timeline. */
  highlightedKey?: string | null;
  onHighlight?: (key: string | null) => void;
};

/** Rows that open in place. */
export type Expansion<Row> = {
  openKeys: ReadonlySet<string>;
  onToggle: (key: string) => void;
  /** Says what opens: "Steps of Tides". */
  label: (row: Row) => string;
  render: (row: Row) => ReactNode;
};

const keepRow = <Row,>(row: Row): Row => row;

/** A table of 36 px rows with a head that stays in sight; arrow keys walk the rows, Enter opens one. On a phone each row has two lines. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowKey, expansion } = props;
  const frame = useRef<HTMLDivElement>(null);
  useRowKeys(frame);
  return (
    <div className="table-frame" ref={frame}>
      <table className="table" aria-label={label}>
        <thead>
          <tr>
            {expansion !== undefined && (
              <th className="cell-toggle">
                <span className="visually-hidden">Open</span>
              </th>
            )}
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                className={cellClass(column)}
                style={{ minWidth: column.minWidth }}
              >
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const key = rowKey(row);
            return (
              <MemoRow
                key={key}
                row={row}
                itemKey={key}
                columns={columns}
                open={expansion?.openKeys.has(key) ?? false}
                expansion={expansion}
                useRow={props.useRow ?? keepRow}
                statusWord={props.statusWord}
                rowTone={props.rowTone}
                highlighted={key === props.highlightedKey}
                onHighlight={props.onHighlight}
              />
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function cellClass<Row>(column: Column<Row>): string {
  const names = [
    column.align === "end" ? "cell-end" : "",
    column.slack ? "cell-slack" : "",
    column.wideOnly ? "hide-narrow" : "",
    column.phone === undefined ? "hide-phone" : `phone-${column.phone}`,
  ];
  return names.filter((name) => name !== "").join(" ");
}

type TableRowProps<Row> = {
  row: Row;
  itemKey: string;
  columns: Column<Row>[];
  open: boolean;
  expansion: Expansion<Row> | undefined;
  useRow: (row: Row) => Row;
  statusWord: ((row: Row) => string) | undefined;
  rowTone: ((row: Row) => "hot" | undefined) | undefined;
  highlighted: boolean;
  onHighlight: ((key: string | null) => void) | undefined;
};

function TableRow<Row>(props: TableRowProps<Row>) {
  const { itemKey, columns, open, expansion, useRow, statusWord, rowTone } = props;
  const row = useRow(props.row);
  const tone = rowTone?.(row);
  return (
    <>
      <tr
        className={`table-row ${open ? "row-open" : ""} ${props.highlighted ? "row-pointed" : ""} ${tone === undefined ? "" : `row-${tone}`}`}
        onPointerEnter={() => props.onHighlight?.(itemKey)}
        onPointerLeave={() => props.onHighlight?.(null)}
      >
        {expansion !== undefined && (
          <td className="cell-toggle">
            <button
              type="button"
              className="row-toggle"
              data-row-lead=""
              aria-expanded={open}
              aria-label={expansion.label(row)}
              onClick={() => expansion.onToggle(itemKey)}
            >
              <Icon name="right" small className="icon-turns" />
            </button>
          </td>
        )}
        {columns.map((column) => (
          <td key={column.key} className={cellClass(column)}>
            {column.phone === "detail" && statusWord !== undefined && (
              <span className="only-phone">{statusWord(row)} · </span>
            )}
            {column.cell(row)}
          </td>
        ))}
      </tr>
      {open && expansion !== undefined && (
        <tr className="row-inner">
          <td colSpan={columns.length + 1}>
            <div className="row-inner-content">{expansion.render(row)}</div>
          </td>
        </tr>
      )}
    </>
  );
}

// memo() loses the type parameter; the row type is the one DataTable passes on.
const MemoRow = memo(TableRow) as typeof TableRow;
