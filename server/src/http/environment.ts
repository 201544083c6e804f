import type { Caller, CurrentUser } from "../platform/caller.ts";

/** What a handler adds to the audit entry of its request; see audited-routes.ts. */
export interface AuditNotes {
  /** Who acted, where the request itself does not tell, as at a sign-in. */
  actor_id?: string;
  /** The thing that was acted upon, where the address does not name it. */
  object_id?: string;
  /** Small facts without personal data or secrets, such as the role that somebody was given. */
  details?: Record<string, string | number | boolean | null | readonly string[]>;
  /** Error code of a refusal that the status of the answer does not tell, as of a redirect. */
  refused?: string;
}

/** What every handler finds on its context. */
export interface HttpEnvironment {
  Variables: {
    request_id: string;
    /** Who makes the request; only on routes that ask for somebody. */
    user: CurrentUser;
    /** The same with how they proved it; null when nobody is signed in. */
    caller: Caller | null;
    /** IP address of the sender, behind trusted proxies the one they name. */
    client_address: string;
    /** The host and scheme that people asked for, when a trusted proxy says so. */
    forwarded: { readonly scheme: string; readonly host: string } | null;
    audit: AuditNotes;
  };
}
