import { z } from "@hono/zod-openapi";
import { type RawBuilder, sql } from "kysely";

/** Who carries work out: `prefect` what came over a connection to it, everything else `coursewright`. */
export const engines = ["coursewright", "prefect"] as const;
export type Engine = (typeof engines)[number];

/** Filters of rows that carry a `connection_id`. */
export const engineFields = {
  engine: z.enum(engines).optional().openapi({ description: "Who carries it out." }),
  connection_id: z.uuid().optional().openapi({ description: "What came over this connection." }),
};

export interface EngineFilter {
  readonly engine?: Engine | undefined;
  readonly connection_id?: string | undefined;
}

/** The engine of a row. */
export function engineOf({ connection_id }: { readonly connection_id: string | null }): Engine {
  return connection_id === null ? "coursewright" : "prefect";
}

/**
 * What the filter asks of a row. Indexes of the lists: `…_connection` on (connection_id, id) and `…_outside` on the id of rows that
 * have one.
 */
export function engineConditions({ engine, connection_id }: EngineFilter): RawBuilder<unknown>[] {
  const conditions: RawBuilder<unknown>[] = [];
  if (connection_id !== undefined) conditions.push(sql`connection_id = ${connection_id}::uuid`);
  if (engine === "coursewright") conditions.push(sql`connection_id IS NULL`);
  if (engine === "prefect" && connection_id === undefined) conditions.push(sql`connection_id IS NOT NULL`);
  return conditions;
}
