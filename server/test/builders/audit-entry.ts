import type { AuditEntry } from "../../src/platform/audit-entry.ts";

/** An entry of a task that an unknown session cancelled, with the given fields. */
export function auditEntry(fields: Partial<AuditEntry> = {}): AuditEntry {
  return {
    actor_id: "01890000-0000-7000-8000-00000000000a",
    actor_kind: "session",
    token_id: null,
    action: "task.cancel",
    object_kind: "task",
    object_id: "01890000-0000-7000-8000-0000000000f1",
    result: "done",
    code: null,
    request_id: "01890000-0000-4000-8000-0000000000e1",
    details: {},
    address: "192.0.2.7",
    user_agent: "Mozilla/5.0",
    ...fields,
  };
}
