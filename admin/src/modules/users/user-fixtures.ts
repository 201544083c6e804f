import type { UserSummary } from "../../api/rows.ts";

/** An account as the list answers it, for tests. */
export function userRow(part: Partial<UserSummary> = {}): UserSummary {
  return {
    id: "019a0000-0000-7000-8000-000000000002",
    email: "noor@example.org",
    name: "Noor",
    role: "viewer",
    is_active: true,
    created_at: "2026-11-20T09:00:00.000Z",
    updated_at: "2026-11-20T09:00:00.000Z",
    last_seen_at: null,
    version: 1,
    unit_count: 3,
    llm_request_count: 40,
    cost_usd: 0.5,
    erased_at: null,
    sign_in: "password",
    has_second_factor: true,
    invitation_expires_at: null,
    ...part,
  };
}
