import { useListQuery } from "../../api/list-query.ts";
import { useLiveRefresh, useLiveState } from "../../api/live/use-live.ts";
import { describeError } from "../../api/problem.ts";
import type { UserSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { NoMatches } from "../../ui/filter/NoMatches.tsx";
import { ListTrail, RowLink } from "../../ui/link/list-trail.tsx";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { PageHeader } from "../../ui/page/PageHeader.tsx";
import type { Column } from "../../ui/table/DataTable.tsx";
import { ListCard } from "../../ui/table/ListCard.tsx";
import { formatTotal } from "../../ui/table/Pager.tsx";
import { formatCount } from "../../ui/value/format.ts";
import { RelativeTime } from "../../ui/value/Moment.tsx";
import { Money } from "../../ui/value/Money.tsx";
import { ListFilterBar, useListFilters } from "../lists/public.ts";

const columns: Column<UserSummary>[] = [
  {
    key: "name",
    header: "Name",
    phone: "title",
    cell: (user) => (
      <RowLink className="strong" href={paths.user(user.id)}>
        {user.name}
      </RowLink>
    ),
  },
  {
    key: "role",
    header: "Role",
    phone: "detail",
    cell: (user) => <span className="text-2">{user.role}</span>,
  },
  {
    key: "state",
    header: "Account",
    phone: "aside",
    cell: (user) => (user.is_active ? "active" : <span className="text-3">deactivated</span>),
  },
  {
    key: "email",
    header: "E-mail",
    slack: true,
    cell: (user) => <span className="text-2">{user.email ?? "none: works on this machine only"}</span>,
  },
  { key: "units", header: "Units", align: "end", minWidth: 84, cell: (user) => formatCount(user.unit_count) },
  {
    key: "requests",
    header: "LLM requests",
    align: "end",
    wideOnly: true,
    cell: (user) => formatCount(user.llm_request_count),
  },
  {
    key: "cost",
    header: "Cost",
    align: "end",
    minWidth: 92,
    phone: "aside-detail",
    cell: (user) => (user.llm_request_count === 0 ? null : <Money cost_usd={user.cost_usd} />),
  },
  {
    key: "seen",
    header: "Last seen",
    align: "end",
    cell: (user) => (user.last_seen_at === null ? null : <RelativeTime at={user.last_seen_at} />),
  },
];

/** Who may use this installation and what their work cost. */
export function UsersList() {
  useDocumentTitle("Users");
  const filters = useListFilters("users");
  const list = useListQuery<UserSummary>(filters.definition.source, filters.query);
  // What an account has made and spent changes with its units.
  useLiveRefresh((live) => live.entity === "unit", list.reload);
  return (
    <ListTrail value={filters.trail}>
      <PageHeader
        title="Users"
        count={list.total === null ? undefined : formatTotal(list.total)}
        live={useLiveState()}
        onReload={list.reload}
        reloading={list.reloading}
        loadedAt={list.loadedAt}
      />
      <ListFilterBar filters={filters} />
      <ListCard
        label="Users"
        list={list}
        failure={list.error === null ? null : describeError(list.error)}
        columns={columns}
        empty={
          filters.filtered ? (
            <NoMatches what="account" onClear={filters.clear} />
          ) : (
            <EmptyState icon="user" title="Accounts appear here" />
          )
        }
      />
    </ListTrail>
  );
}
