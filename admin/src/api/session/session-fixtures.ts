import type { SessionState } from "../account-rows.ts";
import type { Role } from "./roles.ts";

const local = { sign_in: { password: true, single_sign_on: null }, needs_set_up: false, is_local: true };

/** A session of somebody with the given role, for tests. */
export function sessionOf(role: Role, rest: Partial<SessionState> = {}): SessionState {
  return {
    ...local,
    user: {
      id: "00000000-0000-7000-8000-000000000001",
      name: "Local administrator",
      email: null,
      role,
    },
    proof: "session",
    second_factor: { is_on: false, is_required: false, backup_codes_left: null },
    has_password: false,
    session_id: "session-1",
    expires_at: null,
    ...rest,
  };
}

/** Nobody is signed in, for tests. */
export function nobody(rest: Partial<SessionState> = {}): SessionState {
  return {
    ...local,
    user: null,
    proof: null,
    second_factor: null,
    has_password: null,
    session_id: null,
    expires_at: null,
    ...rest,
  };
}
