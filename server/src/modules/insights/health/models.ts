import { z } from "@hono/zod-openapi";

/** `warn`: works with less; `bad`: somebody has to act; `idle`: not in use, which is no fault. */
export const healthStates = ["ok", "warn", "bad", "idle"] as const;
export type HealthState = (typeof healthStates)[number];

/** What health is made of. Several parts of one kind are told apart by `name`, such as a provider and its model. */
export const healthKinds = ["api", "database", "queue", "workers", "provider", "connection"] as const;
export type HealthKind = (typeof healthKinds)[number];

export const healthPartSchema = z
  .object({
    kind: z.enum(healthKinds),
    /** Of providers `openai/gpt-…`, of connections their name, otherwise the kind. */
    name: z.string(),
    state: z.enum(healthStates),
    /** Since when it is in this state; null when nobody saw it begin. */
    since: z.iso.datetime().nullable(),
    /** When it ends by itself, such as a rate limit. */
    until: z.iso.datetime().nullable(),
    /** What is, such as "2 of 3 workers beat, 9 of 48 slots busy". */
    sentence: z.string(),
    /** What it means for the work and what to do. Empty when all is well. */
    meaning: z.string(),
  })
  .openapi("HealthPart");
export type HealthPart = z.infer<typeof healthPartSchema>;

export const healthSchema = z
  .object({ as_of: z.iso.datetime(), state: z.enum(healthStates), parts: z.array(healthPartSchema) })
  .openapi("SystemHealth");
export type SystemHealth = z.infer<typeof healthSchema>;
