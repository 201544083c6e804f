import { useEffect, useMemo, useState } from "react";
import { paths } from "../../../paths.ts";
import { NoMatches } from "../../../ui/filter/NoMatches.tsx";
import { Icon } from "../../../ui/icon/Icon.tsx";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { useSearchParams } from "../../../ui/link/search-params.ts";
import { Menu } from "../../../ui/overlay/Menu.tsx";
import { Button } from "../../../ui/page/Button.tsx";
import { useDocumentTitle } from "../../../ui/page/document-title.ts";
import { EmptyState } from "../../../ui/page/EmptyState.tsx";
import { Notice } from "../../../ui/page/ErrorBlock.tsx";
import { PageHeader } from "../../../ui/page/PageHeader.tsx";
import { formatTotal } from "../../../ui/table/Pager.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { EntryList } from "./AuditEntries.tsx";
import { AuditFilterLine, clearedAudit } from "./AuditFilterLine.tsx";
import {
  type AuditFilters,
  auditQueryOf,
  type DroppedFilter,
  exportAddress,
  readAuditFilters,
} from "./audit-filters.ts";
import { ChainCard } from "./ChainCard.tsx";
import { useAuditList } from "./use-audit-list.ts";
import "../settings.css";
import "./audit.css";

/** Who did what, when, from where and how it ended; newest first, to filter, export and verify. */
export function AuditPage() {
  useDocumentTitle("Audit log");
  const { filters, filtered, dropped, dismissDropped, change } = useAuditFilters();
  // A range that moves with the clock is fixed when it is chosen.
  const query = useMemo(() => auditQueryOf(filters, Date.now()), [filters]);
  const entries = useAuditList(query, "open");
  const { list } = entries;
  return (
    <>
      <PageHeader
        title="Audit log"
        breadcrumbs={[
          <AppLink key="settings" href={paths.settings()}>
            Settings
          </AppLink>,
          "Audit log",
        ]}
        count={list.total === null ? undefined : formatTotal(list.total)}
        actions={<ExportMenu filters={filters} filtered={filtered} />}
        onReload={list.reload}
        reloading={list.reloading}
        loadedAt={list.loadedAt}
      />
      <ChainCard />
      <AuditFilterLine filters={filters} change={change} />
      <Dropped dropped={dropped} onDismiss={dismissDropped} />
      <section className="card" aria-label="Audit log">
        <EntryList
          entries={entries}
          label="Audit log"
          openName="open"
          empty={
            filtered ? (
              <NoMatches what="entry" onClear={() => change(clearedAudit)} />
            ) : (
              <EmptyState icon="log" title="What people and programs do appears here">
                Sign-ins, changes of accounts and secrets, retries, cancellations, publications and bulk
                actions.
              </EmptyState>
            )
          }
        />
      </section>
    </>
  );
}

/** The filters of the address; what cannot be used is taken out of it, and said. */
function useAuditFilters() {
  const [search, changeSearch] = useSearchParams();
  const [told, setTold] = useState<readonly DroppedFilter[]>([]);
  const read = useMemo(() => readAuditFilters(search), [search]);
  const text = JSON.stringify(read.filters);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text stands for the values, since opening a row changes the address but no filter
  const filters = useMemo(() => read.filters, [text]);
  useEffect(() => {
    if (read.dropped.length === 0) return;
    setTold(read.dropped);
    changeSearch(Object.fromEntries(read.dropped.map(({ name }) => [name, ""])));
  }, [read, changeSearch]);
  return {
    filters,
    filtered: text !== "{}",
    dropped: told,
    dismissDropped: () => setTold([]),
    change: changeSearch,
  };
}

function Dropped({ dropped, onDismiss }: { dropped: readonly DroppedFilter[]; onDismiss: () => void }) {
  if (dropped.length === 0) return null;
  return (
    <Notice
      tone="warn"
      icon="triangle"
      role="status"
      title={dropped.length === 1 ? "One filter was left out" : `${dropped.length} filters were left out`}
      actions={<Button onClick={onDismiss}>Got it</Button>}
    >
      <ul>
        {dropped.map(({ name, value, reason }) => (
          <li key={name}>
            <b>{name}</b> “<bdi>{shortName(value, 80)}</bdi>”: {reason}.
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function ExportMenu({ filters, filtered }: { filters: AuditFilters; filtered: boolean }) {
  // The browser takes the file as it comes: it may hold a million entries, more than a page should keep.
  const save = (format: "csv" | "jsonl") => {
    const link = document.createElement("a");
    link.href = exportAddress(filters, format, Date.now());
    link.download = `audit-log.${format}`;
    link.click();
  };
  return (
    <Menu
      label={filtered ? "Export the entries that fit" : "Export"}
      buttonClass="button"
      button={
        <>
          Export
          <Icon name="down" small />
        </>
      }
      items={[
        { key: "csv", word: "CSV, for a table", icon: "table", onSelect: () => save("csv") },
        { key: "jsonl", word: "JSON lines, for a program", icon: "file", onSelect: () => save("jsonl") },
      ]}
    />
  );
}
