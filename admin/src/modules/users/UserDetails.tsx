import { useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useItemQuery } from "../../api/item-query.ts";
import { useLiveRefresh, useLiveState } from "../../api/live/use-live.ts";
import { describeError } from "../../api/problem.ts";
import type { UserSummary } from "../../api/rows.ts";
import { roleWords } from "../../api/session/roles.ts";
import { usePerson } from "../../api/session/use-session.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { Card, Facts, FigureStrip } from "../../ui/page/Card.tsx";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { PageHeader } from "../../ui/page/PageHeader.tsx";
import { SkeletonBlock } from "../../ui/page/Skeleton.tsx";
import { formatCount } from "../../ui/value/format.ts";
import { Moment, RelativeTime } from "../../ui/value/Moment.tsx";
import { Money } from "../../ui/value/Money.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import { useNeighbours } from "../lists/public.ts";
import { AccountActions } from "./AccountActions.tsx";
import { NewLinkButton } from "./NewLinkButton.tsx";
import { SignInWay, useInvitationOver } from "./SignInWay.tsx";
import { UserTabs } from "./UserTabs.tsx";
import { accountState, actionReasons, roleMeaning } from "./user-words.ts";
import "./users.css";

/** One account: who it is, what it may do, what it made and what that cost. */
export function UserDetails() {
  const { id } = useParams({ strict: false });
  return id === undefined ? null : <UserPage key={id} id={id} />;
}

function UserPage({ id }: { id: string }) {
  const detail = useItemQuery<UserSummary>(`/admin/users/${id}`);
  const queryClient = useQueryClient();
  useLiveRefresh(
    (change) =>
      (change.entity === "user" && change.id === id) ||
      (change.entity === "unit" && change.patch?.user_id === id),
    detail.reload,
  );
  const neighbours = useNeighbours("users", id);
  const user = detail.data;
  useDocumentTitle(user === undefined ? "User" : shortName(user.name));
  const reload = () => {
    detail.reload();
    void queryClient.invalidateQueries({ queryKey: ["list"] });
  };
  return (
    <>
      <PageHeader
        title={<bdi>{shortName(user?.name ?? "User")}</bdi>}
        breadcrumbs={[
          <AppLink key="list" href={neighbours.listHref}>
            Users
          </AppLink>,
          user === undefined ? "one account" : roleWords[user.role],
        ]}
        neighbours={neighbours}
        id={id}
        live={useLiveState()}
        onReload={reload}
        reloading={detail.reloading}
        loadedAt={detail.loadedAt}
      />
      <DataStates
        data={user}
        failure={detail.error === null ? null : describeError(detail.error)}
        skeleton={<SkeletonBlock lines={8} label="Loading the account" />}
        onReload={detail.reload}
        reloading={detail.reloading}
      >
        {(shown) => <Account user={shown} />}
      </DataStates>
      {user !== undefined && <UserTabs user={user} />}
    </>
  );
}

function Account({ user }: { user: UserSummary }) {
  return (
    <>
      <Figures user={user} />
      <div className="user-columns">
        <AccountFacts user={user} />
        <AccountActions user={user} />
      </div>
    </>
  );
}

function Figures({ user }: { user: UserSummary }) {
  return (
    <FigureStrip
      label="Activity"
      figures={[
        {
          label: "Units",
          value: formatCount(user.unit_count),
          note: (
            <AppLink className="link" href={paths.units({ user_id: user.id })}>
              all of them
            </AppLink>
          ),
        },
        {
          label: "LLM requests",
          value: formatCount(user.llm_request_count),
          note: (
            <AppLink className="link" href={paths.llmRequests({ user_id: user.id })}>
              all of them
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
  );
}

function AccountFacts({ user }: { user: UserSummary }) {
  const person = usePerson();
  const isInvitationOver = useInvitationOver(user);
  const { link: reason } = actionReasons({ user, ownId: person.id });
  return (
    <Card title="Account" note={person.id === user.id ? "your own" : undefined} padded>
      <Facts
        facts={[
          {
            name: "Role",
            value: (
              <>
                {roleWords[user.role]}
                <span className="user-role-meaning">{roleMeaning(user.role)}</span>
              </>
            ),
          },
          { name: "State", value: accountState(user).word },
          {
            name: "E-mail",
            value: user.email === null ? "none" : <bdi>{shortName(user.email, 254)}</bdi>,
          },
          {
            name: "Signs in by",
            value: (
              <>
                <SignInWay explained user={user} />
                <span className={isInvitationOver ? "user-again" : undefined}>
                  <NewLinkButton user={user} reason={reason} offered={isInvitationOver} />
                </span>
              </>
            ),
          },
          { name: "Second factor", value: user.has_second_factor ? "on" : "off" },
          { name: "Created", value: <Moment at={user.created_at} /> },
          {
            name: "Last seen",
            value: user.last_seen_at === null ? "never" : <RelativeTime at={user.last_seen_at} />,
          },
          { name: "Erased", value: user.erased_at !== null && <Moment at={user.erased_at} /> },
        ]}
      />
    </Card>
  );
}
