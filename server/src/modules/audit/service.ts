import type { RecordAudit } from "../../platform/audit-entry.ts";
import type { Database, Transaction } from "../../platform/database.ts";
import type { Page, PageQuery } from "../../platform/page.ts";
import type { AuditExtent, AuditFilter, AuditLogEntry, AuditVerification } from "./models.ts";
import { exportEntries, listOfActor, listPage } from "./read-log.ts";
import { findExtent } from "./repo/trimming.ts";
import { verifyChain } from "./verify-chain.ts";
import { erasePlaces, recordEntry } from "./write-log.ts";

/** The append-only log of who did what. */
export interface AuditService {
  record: RecordAudit;
  /** Newest first. @throws AppError `cursor_invalid` */
  list(filter: AuditFilter, page: PageQuery): Promise<Page<AuditLogEntry>>;
  /** The entries that fit, oldest first, read as they are taken. @throws AppError `audit_export_too_large` past a million */
  export(filter: AuditFilter, format: "csv" | "jsonl"): Promise<ReadableStream<Uint8Array>>;
  /** Since when the log has entries, how long it keeps them, and the number of the newest. */
  extent(): Promise<AuditExtent>;
  /** Reads the whole chain again, in bounded pieces. */
  verify(): Promise<AuditVerification>;
  /**
   * Everything that is written about a person, oldest first, for the export of their data. Of what others did to their
   * account neither who it was nor where they were is told.
   */
  listOfActor(actor_id: string): Promise<AuditLogEntry[]>;
  /**
   * Removes addresses and browsers of a person's entries and writes that down, as a part of what erases the person; the chain
   * stays whole.
   */
  erasePlaces(transaction: Transaction, actor_id: string): Promise<void>;
}

/**
 * The log over a database that is migrated; programs on a command line make one of their own.
 * @param keepDays how long an entry is kept, 0 for ever; it is only told here, `trimLog` does it
 */
export function createAuditService(database: Database, keepDays = 0): AuditService {
  let verifying: Promise<AuditVerification> | undefined;
  return {
    record: (entry) => recordEntry(database, entry),
    list: (filter, page) => listPage(database, filter, page),
    export: (filter, format) => exportEntries(database, filter, format),
    async extent() {
      return { ...(await findExtent(database)), keep_days: keepDays === 0 ? null : keepDays };
    },
    verify() {
      // Reading everything is dear: whoever asks meanwhile gets the same verdict.
      verifying ??= verifyChain(database).finally(() => {
        verifying = undefined;
      });
      return verifying;
    },
    listOfActor: (actor_id) => listOfActor(database, actor_id),
    erasePlaces,
  };
}
