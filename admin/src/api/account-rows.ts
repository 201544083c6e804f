import type { ApiRows } from "./client.ts";

/** Who is signed in and how one can sign in. */
export type SessionState = ApiRows["session_state"];
/** What a one-time link does and asks for. */
export type SignInLink = ApiRows["sign_in_link"];
/** What goes into an authenticator app, with the backup codes. */
export type SecondFactorSetUp = ApiRows["second_factor_set_up"];
/** A session of one's own. */
export type Session = ApiRows["session"];
/** An API token without its secret. */
export type ApiToken = ApiRows["api_token"];
/** A new token, whose secret is shown this once. */
export type MadeApiToken = ApiRows["made_api_token"];
/** An invited person with their link. */
export type InvitedUser = ApiRows["invited_user"];
/** A one-time link, shown this once. */
export type GivenLink = ApiRows["given_link"];
/** One entry of the audit log. */
export type AuditEntry = ApiRows["audit_entry"];
/** Since when the audit log has entries, and the number of the newest. */
export type AuditExtent = ApiRows["audit_extent"];
/** Whether the audit log's chain is whole. */
export type AuditVerification = ApiRows["audit_verification"];
