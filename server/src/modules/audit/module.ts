import type { Database } from "../../platform/database.ts";
import { createAuditRoutes } from "./routes.ts";
import { createAuditService } from "./service.ts";

/** Builds the audit module; only app.ts calls it, and programs that write an entry of their own. */
export function createAuditModule({ database }: { readonly database: Database }) {
  const service = createAuditService(database);
  return { service, routes: createAuditRoutes(service) };
}
