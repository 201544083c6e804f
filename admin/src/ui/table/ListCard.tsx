import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import { Button } from "../page/Button.tsx";
import { DataStates } from "../page/DataStates.tsx";
import { SkeletonRows } from "../page/Skeleton.tsx";
import { type Column, DataTable, type Expansion, SelectLoaded } from "./DataTable.tsx";
import { Pager } from "./Pager.tsx";
import type { RowSelection } from "./row-selection.ts";
import { useFocusAfterSelection } from "./selection-focus.ts";

/** What a list looks like to the card that shows it. */
export type ListView<Row> = {
  rows: Row[] | undefined;
  total: string | null;
  reloading: boolean;
  hasOlder: boolean;
  loadingOlder: boolean;
  /** Why the last older page did not come. */
  olderError?: Error | null;
  loadOlder: () => void;
  reload: () => void;
  /** Told which rows are in sight; must stay the same function. */
  see?: (first: number, last: number) => void;
};

type ListCardProps<Row> = {
  label: string;
  list: ListView<Row>;
  failure: { title: string; text: string; raw: string | null } | null;
  columns: Column<Row>[];
  statusWord?: (row: Row) => string;
  useRow?: (row: Row) => Row;
  expansion?: Expansion<Row>;
  empty: ReactNode;
  /** Adds checkboxes; on a phone they come with a button. */
  selection?: RowSelection;
  /** What can be done with the chosen rows; takes the place of the table's head while any is chosen. */
  selectionBar?: ReactNode;
};

const idOf = (row: { id: string }) => row.id;

/** A whole list: its skeleton, its failure, its emptiness or its rows, with older ones as the reader comes near the end. */
export function ListCard<Row extends { id: string }>(props: ListCardProps<Row>) {
  const { label, list, failure, empty } = props;
  const skeleton = (
    <section className="card">
      <SkeletonRows rows={12} label={`Loading: ${label}`} />
    </section>
  );
  return (
    <DataStates
      data={list.rows}
      failure={failure}
      skeleton={skeleton}
      onReload={list.reload}
      reloading={list.reloading}
    >
      {(rows) =>
        rows.length === 0 ? (
          <section className="card" aria-label={label}>
            {empty}
          </section>
        ) : (
          <FilledList {...props} rows={rows} />
        )
      }
    </DataStates>
  );
}

function FilledList<Row extends { id: string }>(props: ListCardProps<Row> & { rows: Row[] }) {
  const { label, list, columns, statusWord, useRow, expansion, selection, rows } = props;
  const [selecting, setSelecting] = useState(false);
  const card = useRef<HTMLElement>(null);
  useFocusAfterSelection(card, selection);
  const any = selection !== undefined && (selection.isAllMatching || selection.selected.size > 0);
  const leave = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    // There, Escape answers the dialog's question and leaves the choice of rows alone.
    if (event.target instanceof Element && event.target.closest("dialog") !== null) return;
    event.preventDefault();
    selection?.clear();
  };
  return (
    <section ref={card} className={selecting ? "card card-selecting" : "card"} aria-label={label}>
      {selection !== undefined && (
        <PhoneSelect
          selecting={selecting}
          selection={selection}
          rows={rows}
          onChange={(next) => {
            setSelecting(next);
            if (!next) selection.clear();
          }}
        />
      )}
      {any && props.selectionBar !== undefined && (
        // biome-ignore lint/a11y/noStaticElementInteractions: Escape leaves the bar from whatever control in it has the focus.
        <div className="selection-place" onKeyDown={leave}>
          <div className="selection-bar">{props.selectionBar}</div>
        </div>
      )}
      <DataTable
        label={label}
        columns={columns}
        rows={rows}
        rowKey={idOf}
        statusWord={statusWord}
        useRow={useRow}
        expansion={expansion}
        selection={selection}
        hasMore={list.hasOlder}
        onVisible={list.see}
      />
      <Pager
        shown={rows.length}
        total={list.total}
        hasOlder={list.hasOlder}
        loadingOlder={list.loadingOlder}
        olderError={list.olderError ?? null}
        onOlder={list.loadOlder}
      />
    </section>
  );
}

type PhoneSelectProps = {
  selecting: boolean;
  selection: RowSelection;
  rows: { id: string }[];
  onChange: (selecting: boolean) => void;
};

function PhoneSelect({ selecting, selection, rows, onChange }: PhoneSelectProps) {
  return (
    <div className="phone-select">
      {selecting && (
        <span className="row">
          <SelectLoaded keys={rows.map(idOf)} selection={selection} />
          <span className="text-2">All loaded</span>
        </span>
      )}
      <span className="spacer" />
      <Button look="quiet" onClick={() => onChange(!selecting)}>
        {selecting ? "Done" : "Select"}
      </Button>
    </div>
  );
}
