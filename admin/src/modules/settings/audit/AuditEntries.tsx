import { type ReactNode, useMemo } from "react";
import type { AuditEntry } from "../../../api/account-rows.ts";
import { describeError } from "../../../api/problem.ts";
import { useOpenKeys } from "../../../ui/link/search-params.ts";
import { DataStates } from "../../../ui/page/DataStates.tsx";
import { SkeletonRows } from "../../../ui/page/Skeleton.tsx";
import { lookOfStatus } from "../../../ui/status/status-tone.ts";
import { DataTable } from "../../../ui/table/DataTable.tsx";
import { NewRowsPill, Pager } from "../../../ui/table/Pager.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { AuditEntryDetails } from "./AuditEntryDetails.tsx";
import { auditColumns } from "./audit-columns.tsx";
import { type AuditFilters, auditQueryOf } from "./audit-filters.ts";
import { actionWords } from "./audit-words.ts";
import { type AuditList, useAuditList } from "./use-audit-list.ts";
import "./audit.css";

type AuditEntriesProps = {
  filters: AuditFilters;
  label: string;
  /** The name of the open rows in the address. */
  openName: string;
  empty: ReactNode;
};

/** The entries of the audit log that fit, newest first; each opens in place. */
export function AuditEntries({ filters, label, openName, empty }: AuditEntriesProps) {
  const text = JSON.stringify(filters);
  // The text stands for the filters; a range that moves with the clock is fixed when it is chosen.
  const query = useMemo(() => auditQueryOf(JSON.parse(text), Date.now()), [text]);
  return (
    <EntryList entries={useAuditList(query, openName)} label={label} openName={openName} empty={empty} />
  );
}

type EntryListProps = Omit<AuditEntriesProps, "filters"> & { entries: AuditList };

const idOf = (entry: AuditEntry) => entry.id;
const wordOf = (entry: AuditEntry) => lookOfStatus(entry.result).word;

/** A read list of entries: waiting, failed, empty or filled. */
export function EntryList({ entries, label, openName, empty }: EntryListProps) {
  const { list, waiting, showWaiting } = entries;
  const [openKeys, toggle] = useOpenKeys(openName);
  return (
    <DataStates
      data={list.rows}
      failure={list.error === null ? null : describeError(list.error)}
      skeleton={<SkeletonRows rows={10} label={`Loading: ${label}`} />}
      onReload={list.reload}
      reloading={list.reloading}
    >
      {(rows) =>
        rows.length === 0 ? (
          empty
        ) : (
          <>
            <NewRowsPill count={waiting} one="entry" many="entries" onShow={showWaiting} />
            <DataTable
              label={label}
              columns={auditColumns}
              rows={rows}
              rowKey={idOf}
              statusWord={wordOf}
              expansion={{
                openKeys,
                onToggle: toggle,
                label: (entry) => `Details: ${shortName(actionWords(entry), 120)}`,
                render: (entry) => <AuditEntryDetails entry={entry} />,
              }}
              hasMore={list.hasOlder}
              onVisible={list.see}
            />
            <Pager
              shown={rows.length}
              total={list.total}
              hasOlder={list.hasOlder}
              loadingOlder={list.loadingOlder}
              olderError={list.olderError}
              onOlder={list.loadOlder}
            />
          </>
        )
      }
    </DataStates>
  );
}
