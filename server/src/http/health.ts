import { createRoute, z } from "@hono/zod-openapi";
import { createRouter } from "./router.ts";

const healthSchema = z
  .object({
    status: z.enum(["ok", "unavailable"]),
    version: z.string(),
    database: z.object({ status: z.enum(["ok", "down"]), since: z.string().nullable() }),
  })
  .openapi("Health");
export type Health = z.infer<typeof healthSchema>;

const readyz = createRoute({
  method: "get",
  path: "/readyz",
  tags: ["operations"],
  summary: "Whether requests can be answered right now",
  responses: {
    200: { description: "Ready.", content: { "application/json": { schema: healthSchema } } },
    503: { description: "The database is away.", content: { "application/json": { schema: healthSchema } } },
  },
});

const healthz = createRoute({
  method: "get",
  path: "/healthz",
  tags: ["operations"],
  summary: "Whether the process is alive",
  responses: {
    200: {
      description: "Alive.",
      content: { "application/json": { schema: z.object({ status: z.literal("ok"), version: z.string() }) } },
    },
  },
});

/** `/healthz` asks nobody; `/readyz` asks the database. */
export function createHealthRoutes(version: string, readHealth: () => Promise<Health>) {
  return createRouter()
    .openapi(healthz, (context) => context.json({ status: "ok" as const, version }, 200))
    .openapi(readyz, async (context) => {
      const health = await readHealth();
      return health.status === "ok" ? context.json(health, 200) : context.json(health, 503);
    });
}
