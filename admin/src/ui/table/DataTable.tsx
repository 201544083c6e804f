import { type ReactNode, useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
import { Checkbox } from "./Checkbox.tsx";
import { type Column, cellClass, type Expansion } from "./columns.ts";
import "./data-table.css";
import { focusRow, useRowKeys } from "./row-keys.ts";
import type { RowSelection } from "./row-selection.ts";
import { drawnWhole, useRowWindow } from "./row-window.ts";
import { MemoRow } from "./TableRow.tsx";
import { type TableItems, tableItems } from "./table-items.ts";

export type { Column, Expansion } from "./columns.ts";

type DataTableProps<Row> = {
  /** Read out as the table's name. */
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  /** Names a row by nothing but the row. */
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
  /** Adds a column of checkboxes. */
  selection?: RowSelection;
  /** Whether rows beyond these exist; their number is then read out as unknown. */
  hasMore?: boolean;
  /** Told which rows are in sight of a table that draws only a part. */
  onVisible?: (first: number, last: number) => void;
};

const keepRow = <Row,>(row: Row): Row => row;

/**
 * A table of 36 px rows with a head that stays in sight; arrow keys walk the rows, Enter opens one. On a phone each row
 * has two lines. Above 150 rows only those in sight are drawn.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowKey, expansion, selection } = props;
  const frame = useRef<HTMLDivElement>(null);
  const selectWordId = useId();
  // biome-ignore lint/correctness/useExhaustiveDependencies: pages write rowKey anew in every render, and naming 100,000 rows again for each frame would cost too much
  const keys = useMemo(() => rows.map(rowKey), [rows]);
  const openKeys = expansion?.openKeys;
  const items = useMemo(
    () => tableItems(rows.length, openPlaces(keys, openKeys)),
    [rows.length, keys, openKeys],
  );
  const [focusedRow, setFocusedRow] = useState<number | null>(null);
  const awaited = useRef<{ row: number; inCheckbox: boolean } | null>(null);
  const windowed = rows.length > drawnWhole;
  const shown = useRowWindow({
    frame,
    items,
    keyOf: useLineKeys(items, keys),
    enabled: windowed,
    focusedLine: focusedRow === null ? null : items.ofRow(focusedRow),
  });
  const rowAt = (place: number) => keys[place] ?? "";
  useRowKeys(frame, {
    rowCount: rows.length,
    onFocus: windowed ? setFocusedRow : undefined,
    reveal(row) {
      awaited.current = { row, inCheckbox: document.activeElement?.matches(".checkbox") ?? false };
      setFocusedRow(row);
      shown.scrollTo(items.ofRow(row));
    },
    toggleSelected: selection && ((row, extend) => selection.toggle(rowAt(row), extend)),
    clearSelected:
      selection && (selection.selected.size > 0 || selection.isAllMatching) ? selection.clear : undefined,
  });
  useEffect(() => {
    const { current } = awaited;
    if (current === null || frame.current === null) return;
    if (focusRow(frame.current, current.row, current.inCheckbox)) awaited.current = null;
  });
  const followOrder = selection?.followOrder;
  useEffect(() => followOrder?.(keys), [followOrder, keys]);
  useVisibleRows(windowed, items.at(shown.range.first).row, items.at(shown.range.last).row, props.onVisible);
  return (
    <div className="table-frame" ref={frame}>
      <table
        className={selection === undefined ? "table" : "table table-selectable"}
        aria-label={label}
        aria-rowcount={windowed ? (props.hasMore ? -1 : items.count + 1) : undefined}
      >
        <TableHead
          columns={columns}
          keys={keys}
          selection={selection}
          selectWordId={selectWordId}
          opens={expansion !== undefined}
        />
        <TableBody
          {...props}
          keys={keys}
          items={items}
          shown={shown}
          windowed={windowed}
          selectWordId={selectWordId}
        />
      </table>
    </div>
  );
}

function useLineKeys(items: TableItems, keys: readonly string[]): (line: number) => string {
  return useCallback(
    (line) => {
      const { row, inner } = items.at(line);
      return inner ? `${keys[row]} inner` : (keys[row] ?? String(row));
    },
    [items, keys],
  );
}

function openPlaces(keys: readonly string[], open: ReadonlySet<string> | undefined): number[] {
  if (open === undefined || open.size === 0) return [];
  return keys.flatMap((key, place) => (open.has(key) ? [place] : []));
}

function useVisibleRows(
  enabled: boolean,
  first: number,
  last: number,
  tell: ((first: number, last: number) => void) | undefined,
): void {
  useEffect(() => {
    if (enabled) tell?.(first, last);
  }, [enabled, first, last, tell]);
}

type TableHeadProps<Row> = {
  columns: Column<Row>[];
  keys: readonly string[];
  selection: RowSelection | undefined;
  selectWordId: string;
  opens: boolean;
};

function TableHead<Row>({ columns, keys, selection, selectWordId, opens }: TableHeadProps<Row>) {
  return (
    <thead>
      <tr>
        {selection !== undefined && (
          <th className="cell-select">
            <span id={selectWordId} className="visually-hidden">
              Select
            </span>
            <SelectLoaded keys={keys} selection={selection} />
          </th>
        )}
        {opens && (
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
  );
}

type SelectLoadedProps = { keys: readonly string[]; selection: RowSelection };

/** The checkbox that chooses all loaded rows, or none. */
export function SelectLoaded({ keys, selection }: SelectLoadedProps) {
  const { selected, isAllMatching, selectLoaded, clear } = selection;
  const any = isAllMatching || selected.size > 0;
  const all =
    isAllMatching || (any && selected.size >= keys.length && keys.every((key) => selected.has(key)));
  return (
    <Checkbox
      checked={all || (any && "some")}
      label={all ? "Select none" : "Select all loaded rows"}
      onToggle={() => (all ? clear() : selectLoaded(keys))}
    />
  );
}

type TableBodyProps<Row> = DataTableProps<Row> & {
  keys: readonly string[];
  items: TableItems;
  shown: ReturnType<typeof useRowWindow>;
  windowed: boolean;
  selectWordId: string;
};

function TableBody<Row>(props: TableBodyProps<Row>): ReactNode {
  const { columns, rows, expansion, selection, keys, items, shown, windowed } = props;
  const stable = useStableExpansion(expansion);
  const span = columns.length + (expansion === undefined ? 0 : 1) + (selection === undefined ? 0 : 1);
  const chosen = (key: string) => selection && (selection.isAllMatching || selection.selected.has(key));
  const measure = windowed ? shown.measure : undefined;
  return (
    <tbody>
      {shown.parts.map((part) => {
        if (part.kind === "space") {
          return (
            // biome-ignore lint/a11y/noAriaHiddenOnFocusable: the row is empty; nothing in it takes the focus.
            <tr key={part.key} aria-hidden="true" className="row-space">
              <td colSpan={span} style={{ height: part.height }} />
            </tr>
          );
        }
        const { row: place, inner } = items.at(part.item);
        const row = rows[place];
        const key = keys[place] ?? "";
        if (row === undefined) return null;
        const lineNumber = windowed ? part.item + 2 : undefined;
        if (inner) {
          return (
            <tr
              key={`${key} inner`}
              className="row-inner"
              ref={measure}
              data-index={part.item}
              aria-rowindex={lineNumber}
            >
              <td colSpan={span}>
                <div className="row-inner-content">{expansion?.render(row)}</div>
              </td>
            </tr>
          );
        }
        return (
          <MemoRow
            key={key}
            row={row}
            itemKey={key}
            place={place}
            line={part.item}
            lineNumber={lineNumber}
            columns={columns}
            open={expansion?.openKeys.has(key) ?? false}
            expansion={stable}
            useRow={props.useRow ?? keepRow}
            statusWord={props.statusWord}
            rowTone={props.rowTone}
            highlighted={key === props.highlightedKey}
            onHighlight={props.onHighlight}
            selected={chosen(key)}
            selectWordId={props.selectWordId}
            onSelect={selection?.toggle}
            measure={windowed ? shown.measureRow : undefined}
          />
        );
      })}
    </tbody>
  );
}

/** The same object from render to render, so that rows are not drawn again because their table was. */
function useStableExpansion<Row>(
  expansion: Expansion<Row> | undefined,
): Pick<Expansion<Row>, "label" | "onToggle"> | undefined {
  const [current] = useState({ expansion });
  useEffect(() => {
    current.expansion = expansion;
  });
  const opens = expansion !== undefined;
  return useMemo(
    () =>
      opens
        ? {
            label: (row: Row) => current.expansion?.label(row) ?? "",
            onToggle: (key: string) => current.expansion?.onToggle(key),
          }
        : undefined,
    [opens, current],
  );
}
