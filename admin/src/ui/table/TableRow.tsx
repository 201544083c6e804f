import { memo, type RefCallback, useId } from "react";
import { Icon } from "../icon/Icon.tsx";
import { Checkbox } from "./Checkbox.tsx";
import { type Column, cellClass, type Expansion } from "./columns.ts";

type TableRowProps<Row> = {
  row: Row;
  itemKey: string;
  /** Place among the rows, and among the drawn lines of a windowed table (from 0). */
  place: number;
  line: number;
  /** Undefined where all rows are in the page and may be counted there. */
  lineNumber: number | undefined;
  columns: Column<Row>[];
  open: boolean;
  expansion: Pick<Expansion<Row>, "label" | "onToggle"> | undefined;
  useRow: (row: Row) => Row;
  statusWord: ((row: Row) => string) | undefined;
  rowTone: ((row: Row) => "hot" | undefined) | undefined;
  highlighted: boolean;
  onHighlight: ((key: string | null) => void) | undefined;
  /** Undefined where rows cannot be chosen. */
  selected: boolean | undefined;
  /** The element that says "Select", once for all rows. */
  selectWordId: string;
  onSelect: ((key: string, extend: boolean) => void) | undefined;
  measure: RefCallback<HTMLTableRowElement> | undefined;
};

function TableRow<Row>(props: TableRowProps<Row>) {
  const { itemKey, columns, open, selectWordId, expansion, useRow, statusWord, rowTone, selected, onSelect } =
    props;
  const row = useRow(props.row);
  const tone = rowTone?.(row);
  const id = useId();
  const titleKey = (columns.find((column) => column.phone === "title") ?? columns[0])?.key;
  const names = [
    "table-row",
    open ? "row-open" : "",
    selected ? "row-selected" : "",
    props.highlighted ? "row-pointed" : "",
    tone === undefined ? "" : `row-${tone}`,
  ];
  return (
    <tr
      ref={props.measure}
      className={names.filter((name) => name !== "").join(" ")}
      data-row={props.place}
      data-index={props.line}
      aria-rowindex={props.lineNumber}
      onPointerEnter={() => props.onHighlight?.(itemKey)}
      onPointerLeave={() => props.onHighlight?.(null)}
    >
      {selected !== undefined && (
        <td className="cell-select">
          <Checkbox
            checked={selected}
            labelledBy={`${selectWordId} ${id}-title`}
            onToggle={(withShift) => onSelect?.(itemKey, withShift)}
          />
        </td>
      )}
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
        <td
          key={column.key}
          className={cellClass(column)}
          id={selected !== undefined && column.key === titleKey ? `${id}-title` : undefined}
        >
          {column.phone === "detail" && statusWord !== undefined && (
            <span className="only-phone">{statusWord(row)} · </span>
          )}
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}

/** One row; drawn again only when something of it changed. memo() loses the type parameter; the caller's row type is kept. */
export const MemoRow = memo(TableRow) as typeof TableRow;
