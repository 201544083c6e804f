import type { ReactNode } from "react";
import { DataStates } from "../page/DataStates.tsx";
import { SkeletonRows } from "../page/Skeleton.tsx";
import { type Column, DataTable, type Expansion } from "./DataTable.tsx";
import { Pager } from "./Pager.tsx";

/** What a list looks like to the card that shows it. */
export type ListView<Row> = {
  rows: Row[] | undefined;
  total: string | null;
  reloading: boolean;
  hasOlder: boolean;
  loadingOlder: boolean;
  loadOlder: () => void;
  reload: () => void;
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
};

/** A whole list: its skeleton, its failure, its emptiness or its rows with the button for older ones. */
export function ListCard<Row extends { id: string }>(props: ListCardProps<Row>) {
  const { label, list, failure, columns, statusWord, useRow, expansion, empty } = props;
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
      {(rows) => (
        <section className="card" aria-label={label}>
          {rows.length === 0 && empty}
          {rows.length > 0 && (
            <>
              <DataTable
                label={label}
                columns={columns}
                rows={rows}
                rowKey={(row) => row.id}
                statusWord={statusWord}
                useRow={useRow}
                expansion={expansion}
              />
              <Pager
                shown={rows.length}
                total={list.total}
                hasOlder={list.hasOlder}
                loadingOlder={list.loadingOlder}
                onOlder={list.loadOlder}
              />
            </>
          )}
        </section>
      )}
    </DataStates>
  );
}
