import { useParams } from "@tanstack/react-router";
import { useItemQuery } from "../../api/item-query.ts";
import { useLiveRefresh, useLiveRow, useLiveState } from "../../api/live/use-live.ts";
import { useLiveList } from "../../api/live/use-live-list.ts";
import { describeError } from "../../api/problem.ts";
import type { UnitSummary, UserSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { Card, Facts, FigureStrip, SectionTitle } from "../../ui/page/Card.tsx";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { PageHeader } from "../../ui/page/PageHeader.tsx";
import { SkeletonBlock } from "../../ui/page/Skeleton.tsx";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import { ListCard } from "../../ui/table/ListCard.tsx";
import { formatCount } from "../../ui/value/format.ts";
import { Moment, RelativeTime } from "../../ui/value/Moment.tsx";
import { Money } from "../../ui/value/Money.tsx";
import { unitColumns } from "../units/public.ts";

const useLiveUnit = (unit: UnitSummary) => useLiveRow("unit", unit);

/** One account: who it is, what it made and what that cost. */
export function UserDetails() {
  const { id } = useParams({ strict: false });
  return id === undefined ? null : <UserPage key={id} id={id} />;
}

function UserPage({ id }: { id: string }) {
  const detail = useItemQuery<UserSummary>(`/admin/users/${id}`);
  const { list } = useLiveList<UnitSummary>("unit", "/content/units", { user_id: id });
  useLiveRefresh((change) => change.entity === "unit" && change.patch?.user_id === id, detail.reload);
  const user = detail.data;
  useDocumentTitle(user?.name ?? "User");
  const reload = () => {
    detail.reload();
    list.reload();
  };
  return (
    <>
      <PageHeader
        title={user?.name ?? "User"}
        breadcrumbs={[
          <AppLink key="list" href={paths.users()}>
            Users
          </AppLink>,
          user?.role ?? "one account",
        ]}
        id={id}
        live={useLiveState()}
        onReload={reload}
        reloading={detail.reloading || list.reloading}
        loadedAt={detail.loadedAt}
      />
      <DataStates
        data={user}
        failure={detail.error === null ? null : describeError(detail.error)}
        skeleton={<SkeletonBlock lines={8} label="Loading the account" />}
        onReload={detail.reload}
        reloading={detail.reloading}
      >
        {(shown) => <UserSummaryCards user={shown} />}
      </DataStates>
      {user !== undefined && (
        <>
          <SectionTitle title="Units" note={formatCount(user.unit_count)} />
          <ListCard
            label={`Units of ${user.name}`}
            list={list}
            failure={list.error === null ? null : describeError(list.error)}
            columns={unitColumns}
            statusWord={(unit) => lookOfStatus(unit.status).word}
            useRow={useLiveUnit}
            empty={<EmptyState icon="unit" title="Units this account asks for appear here" />}
          />
        </>
      )}
    </>
  );
}

function UserSummaryCards({ user }: { user: UserSummary }) {
  return (
    <>
      <FigureStrip
        label="Activity"
        figures={[
          { label: "Units", value: formatCount(user.unit_count) },
          {
            label: "LLM requests",
            value: formatCount(user.llm_request_count),
            note: (
              <AppLink className="link" href={paths.llmRequests({ user_id: user.id })}>
                look
              </AppLink>
            ),
          },
          {
            label: "Cost",
            value: user.llm_request_count === 0 ? "$0" : <Money cost_usd={user.cost_usd} />,
            note: user.cost_usd === null ? undefined : "as far as prices are known",
          },
        ]}
      />
      <Card padded>
        <Facts
          facts={[
            { name: "Role", value: user.role },
            { name: "Account", value: user.is_active ? "active" : "deactivated" },
            { name: "E-mail", value: user.email ?? "none: works on this machine only" },
            { name: "Created", value: <Moment at={user.created_at} /> },
            {
              name: "Last seen",
              value: user.last_seen_at !== null && <RelativeTime at={user.last_seen_at} />,
            },
          ]}
        />
      </Card>
    </>
  );
}
