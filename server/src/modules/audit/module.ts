import type { Database } from "../../platform/database.ts";
import { createAuditRoutes } from "./routes.ts";
import { createAuditService } from "./service.ts";
import { createTrimmingDuty } from "./trim-log.ts";

export interface AuditModuleOptions {
  readonly database: Database;
  /** How long an entry is kept; 0 for ever. */
  readonly keepDays: number;
}

/** Builds the audit module; only app.ts calls it, and programs that write an entry of their own. */
export function createAuditModule({ database, keepDays }: AuditModuleOptions) {
  const service = createAuditService(database, keepDays);
  return { service, routes: createAuditRoutes(service), duties: [createTrimmingDuty(database, keepDays)] };
}
