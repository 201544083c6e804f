import type { Database } from "../../platform/database.ts";
import { createUserRoutes } from "./routes.ts";
import { createUserService } from "./service.ts";

/** Builds the users module; only app.ts calls it. */
export function createUsersModule({ database }: { readonly database: Database }) {
  const service = createUserService(database);
  return { service, routes: createUserRoutes(service), listSummaries: { user: service.listSummaries } };
}
