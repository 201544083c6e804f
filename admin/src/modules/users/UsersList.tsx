import { useState } from "react";
import type { InvitedUser } from "../../api/account-rows.ts";
import { useListQuery } from "../../api/list-query.ts";
import { useLiveRefresh, useLiveRow, useLiveState } from "../../api/live/use-live.ts";
import { describeError } from "../../api/problem.ts";
import type { UserSummary } from "../../api/rows.ts";
import { NoMatches } from "../../ui/filter/NoMatches.tsx";
import { ListTrail } from "../../ui/link/list-trail.tsx";
import { Button } from "../../ui/page/Button.tsx";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { PageHeader } from "../../ui/page/PageHeader.tsx";
import { ListCard } from "../../ui/table/ListCard.tsx";
import { formatTotal } from "../../ui/table/Pager.tsx";
import { ListFilterBar, useListFilters } from "../lists/public.ts";
import { GivenLinkDialog } from "./GivenLinkDialog.tsx";
import { InviteDialog } from "./InviteDialog.tsx";
import { userColumns } from "./user-columns.tsx";
import { accountState } from "./user-words.ts";

const useLiveUser = (user: UserSummary) => useLiveRow("user", user);

/** Who may use this installation, what they may do, and what their work cost. */
export function UsersList() {
  useDocumentTitle("Users");
  const filters = useListFilters("users");
  const list = useListQuery<UserSummary>(filters.definition.source, filters.query);
  const [asking, setAsking] = useState({ askedAt: 0, open: false });
  const [invited, setInvited] = useState<InvitedUser | null>(null);
  const ask = () => setAsking({ askedAt: Date.now(), open: true });
  // What an account has made and spent changes with its units.
  useLiveRefresh(({ entity }) => entity === "user" || entity === "unit", list.reload);
  return (
    <ListTrail value={filters.trail}>
      <PageHeader
        title="Users"
        count={list.total === null ? undefined : formatTotal(list.total)}
        live={useLiveState()}
        actions={
          <Button look="primary" icon="plus" onClick={ask}>
            Invite
          </Button>
        }
        onReload={list.reload}
        reloading={list.reloading}
        loadedAt={list.loadedAt}
      />
      <ListFilterBar filters={filters} />
      <ListCard
        label="Users"
        list={list}
        failure={list.error === null ? null : describeError(list.error)}
        columns={userColumns}
        useRow={useLiveUser}
        statusWord={(user) => accountState(user).word}
        empty={
          filters.filtered ? (
            <NoMatches what="account" onClear={filters.clear} />
          ) : (
            <EmptyState icon="user" title="Accounts appear here" />
          )
        }
      />
      <InviteDialog
        key={asking.askedAt}
        open={asking.open}
        onClose={() => setAsking((now) => ({ ...now, open: false }))}
        onInvited={setInvited}
      />
      <GivenLinkDialog
        shown={invited === null ? null : { name: invited.user.name, link: invited.link }}
        onClose={() => setInvited(null)}
      />
    </ListTrail>
  );
}
