import type { AuditEntry } from "../../../api/account-rows.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { StatusBadge } from "../../../ui/status/StatusBadge.tsx";
import type { Column } from "../../../ui/table/DataTable.tsx";
import { Moment } from "../../../ui/value/Moment.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { actionWords, actorWords, detailWords } from "./audit-words.ts";

/** Whoever acted, as a link to their account where there is one. */
export function Actor({ entry }: { entry: Pick<AuditEntry, "actor_id" | "actor_name" | "actor_kind"> }) {
  const name = entry.actor_name === null ? actorWords(entry) : shortName(entry.actor_name, 80);
  if (entry.actor_id === null) return <span className="text-3">{name}</span>;
  return (
    <AppLink href={paths.user(entry.actor_id)}>
      <bdi>{name}</bdi>
    </AppLink>
  );
}

/** The columns of the audit log. */
export const auditColumns: Column<AuditEntry>[] = [
  {
    key: "result",
    header: "Result",
    minWidth: 96,
    cell: (entry) => <StatusBadge status={entry.result} />,
  },
  {
    key: "who",
    header: "Who",
    minWidth: 140,
    phone: "detail",
    cell: (entry) => <Actor entry={entry} />,
  },
  {
    key: "what",
    header: "What",
    slack: true,
    phone: "title",
    cell: (entry) => (
      <span className="audit-what">
        <bdi>{shortName(actionWords(entry), 120)}</bdi>
        {entry.actor_kind === "token" && <span className="text-3"> by a token</span>}
        <bdi className="text-3 audit-facts hide-phone">{detailWords(entry.details)}</bdi>
      </span>
    ),
  },
  {
    key: "address",
    header: "From",
    above: 920,
    cell: (entry) => entry.address !== null && <span className="id">{shortName(entry.address, 60)}</span>,
  },
  {
    key: "at",
    header: "When",
    align: "end",
    phone: "aside",
    cell: (entry) => (
      <span className="text-2">
        <Moment at={entry.at} />
      </span>
    ),
  },
];
