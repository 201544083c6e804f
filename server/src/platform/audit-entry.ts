/** What is written down of an action; the log adds number, time and hashes. */
export interface AuditEntry {
  /** Null: nobody was recognised, as at a failed sign-in. */
  readonly actor_id: string | null;
  /** `machine`: a program with the token of the data folder, or the program itself on a command line. */
  readonly actor_kind: "session" | "token" | "machine" | "nobody";
  readonly token_id: string | null;
  /** Kind and verb, such as `task.cancel`. */
  readonly action: string;
  readonly object_kind: string | null;
  readonly object_id: string | null;
  readonly result: "done" | "refused" | "failed";
  /** Error code of a refusal or failure. */
  readonly code: string | null;
  readonly request_id: string | null;
  /** No personal data and no secrets. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly address: string | null;
  readonly user_agent: string | null;
}

/** Adds an entry to the audit log. Fails when it cannot be written: then nothing may claim that it was. */
export type RecordAudit = (entry: AuditEntry) => Promise<void>;
