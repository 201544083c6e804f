import type { AuditEntry, AuditVerification } from "../../../api/account-rows.ts";
import { getJson, type Query } from "../../../api/client.ts";
import { type ListState, useListQuery } from "../../../api/list-query.ts";

const path = "/admin/audit-log";

/** The entries that fit, newest first. */
export function useAuditEntries(query: Query): ListState<AuditEntry> {
  return useListQuery<AuditEntry>(path, query);
}

/** Lets the server read the whole chain again. It takes seconds where there are hundreds of thousands of entries. */
export function verifyAuditLog(): Promise<AuditVerification> {
  return getJson<AuditVerification>(`${path}/verification`);
}
