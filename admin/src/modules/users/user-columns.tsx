import type { UserSummary } from "../../api/rows.ts";
import { roleWords } from "../../api/session/roles.ts";
import { paths } from "../../paths.ts";
import { Icon } from "../../ui/icon/Icon.tsx";
import { RowLink } from "../../ui/link/list-trail.tsx";
import "../../ui/status/status-badge.css";
import type { Column } from "../../ui/table/DataTable.tsx";
import { formatCount } from "../../ui/value/format.ts";
import { RelativeTime } from "../../ui/value/Moment.tsx";
import { Money } from "../../ui/value/Money.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import { OpenInvitation, SignInWay } from "./SignInWay.tsx";
import { accountState } from "./user-words.ts";

/** The columns of the accounts list. */
export const userColumns: Column<UserSummary>[] = [
  {
    key: "name",
    header: "Name",
    phone: "title",
    cell: (user) => (
      <RowLink className="strong" href={paths.user(user.id)}>
        <bdi>{shortName(user.name, 80)}</bdi>
      </RowLink>
    ),
  },
  {
    key: "email",
    header: "E-mail",
    slack: true,
    phone: "detail",
    cell: (user) => (
      <span className="text-2">
        <span className="only-phone">
          {roleWords[user.role]} · <OpenInvitation user={user} />
        </span>
        {user.email === null ? "none" : <bdi title={user.email}>{shortName(user.email)}</bdi>}
      </span>
    ),
  },
  {
    key: "role",
    header: "Role",
    cell: (user) => <span className="text-2">{roleWords[user.role]}</span>,
  },
  {
    key: "state",
    header: "Account",
    phone: "mark",
    cell: (user) => {
      const { word, tone, icon } = accountState(user);
      return (
        <span className={`status is-${tone}`}>
          <Icon name={icon} />
          <span className="status-word">{word}</span>
        </span>
      );
    },
  },
  {
    key: "sign-in",
    header: "Signs in by",
    above: 920,
    cell: (user) => <SignInWay user={user} />,
  },
  {
    key: "second-factor",
    header: "Second factor",
    above: 1280,
    cell: (user) =>
      user.has_second_factor ? (
        "on"
      ) : (
        <span className="text-3">{user.sign_in === "password" ? "off" : ""}</span>
      ),
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
    cell: (user) =>
      user.last_seen_at === null ? (
        <span className="text-3">never</span>
      ) : (
        <RelativeTime at={user.last_seen_at} />
      ),
  },
];
