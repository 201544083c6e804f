import { z } from "@hono/zod-openapi";
import { nameField } from "../../../platform/filter-fields.ts";

const uuid = z.uuid();
const moment = z.iso.datetime();
const httpUrl = z
  .url({ protocol: /^https?$/, error: "must be an http:// or https:// address" })
  .max(2_000)
  .refine((text) => (URL.parse(text)?.username ?? "") === "" && (URL.parse(text)?.password ?? "") === "", {
    message: "must not hold a user or password: enter them as credentials",
  })
  .refine((text) => !/[?#]/.test(text), { message: "must not hold a query or a fragment (? or #)" });

/** live: events come as they happen; polling: read again and again; the others say why nothing is read. */
export const connectionHealths = [
  "connecting",
  "live",
  "polling",
  "down",
  "auth_failed",
  "incompatible",
  "disabled",
] as const;
export type ConnectionHealth = (typeof connectionHealths)[number];

/** A connection as it is configured and as it stands. Secrets are never answered. */
export const connectionSchema = z
  .object({
    id: uuid,
    kind: z.enum(["prefect"]),
    name: z.string(),
    /** Of Prefect's API, usually ending in `/api`. */
    base_url: z.string(),
    /** Where people look at runs, without a slash at its end; told from `base_url` unless it was set. */
    ui_url: z.string().nullable(),
    auth_kind: z.enum(["none", "basic", "bearer"]),
    filter_tags: z.array(z.string()),
    filter_deployment_ids: z.array(uuid),
    /** Set by environment variables: can be disabled, not edited or removed. */
    is_from_environment: z.boolean(),
    disabled_at: moment.nullable(),
    health: z.enum(connectionHealths),
    health_since: moment,
    /** One sentence; null while all is well. */
    health_reason: z.string().nullable(),
    version_found: z.string().nullable(),
    last_ok_at: moment.nullable(),
    /** Rows are as Prefect had them at this moment. */
    last_sync_at: moment.nullable(),
    lag_ms: z.number().int().nullable(),
    /** Runs of the connection that have not ended, as far as they are known. */
    live_runs: z.number().int(),
    created_at: moment,
    updated_at: moment,
    version: z.number().int(),
  })
  .openapi("Connection");
export type Connection = z.infer<typeof connectionSchema>;

/** Write-only. */
export const credentialsSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("none") }),
    z.strictObject({
      kind: z.literal("basic"),
      /** `user:password`, as Prefect's auth string. */
      auth_string: z.string().min(1).max(2_000).regex(/:/, "must be user:password"),
    }),
    z.strictObject({
      kind: z.literal("bearer"),
      api_key: z
        .string()
        .trim()
        .min(1)
        .max(2_000)
        .regex(/^[!-~]+$/, "must be letters, digits and signs without spaces"),
    }),
  ])
  .openapi("ConnectionCredentials");

const tag = z.string().trim().pipe(nameField);
const filters = {
  filter_tags: z.array(tag).max(20),
  filter_deployment_ids: z.array(uuid).max(100),
};

export const newConnectionSchema = z
  .strictObject({
    name: z.string().trim().pipe(nameField.max(80)),
    base_url: httpUrl,
    ui_url: httpUrl.nullable().default(null),
    credentials: credentialsSchema.default({ kind: "none" }),
    filter_tags: filters.filter_tags.default([]),
    filter_deployment_ids: filters.filter_deployment_ids.default([]),
  })
  .openapi("NewConnection");
export type NewConnection = z.infer<typeof newConnectionSchema>;

/** What is absent stays; `credentials` absent keeps the stored ones. */
export const connectionEditSchema = z
  .strictObject({
    name: z.string().trim().pipe(nameField.max(80)),
    base_url: httpUrl,
    ui_url: httpUrl.nullable(),
    credentials: credentialsSchema,
    ...filters,
    is_enabled: z.boolean(),
  })
  .partial()
  .openapi("ConnectionEdit");
export type ConnectionEdit = z.infer<typeof connectionEditSchema>;

/** A connection that is not stored yet, or a stored one with other words, to be tried. */
export const connectionProbeSchema = z
  .strictObject({
    /** Takes the stored credentials of this connection when none are given. */
    connection_id: uuid.nullable().default(null),
    base_url: httpUrl,
    credentials: credentialsSchema.optional(),
  })
  .openapi("ConnectionProbe");
export type ConnectionProbe = z.infer<typeof connectionProbeSchema>;

/** What trying a connection found, as a sentence to read and a code to decide by. */
export const connectionVerdictSchema = z
  .object({
    is_ok: z.boolean(),
    /** null when all is well, else a code of the prefect module's errors. */
    code: z.string().nullable(),
    sentence: z.string(),
    /** What to do about it; null when there is nothing to do. */
    advice: z.string().nullable(),
    version_found: z.string().nullable(),
    answered_in_ms: z.number().int().nullable(),
    /** Whether events come live as well; null when it was not tried. */
    has_events: z.boolean().nullable(),
    /** Runs and deployments that the stored filters let in; null when they could not be counted. */
    run_count: z.number().int().nullable(),
    deployment_count: z.number().int().nullable(),
  })
  .openapi("ConnectionVerdict");
export type ConnectionVerdict = z.infer<typeof connectionVerdictSchema>;

/** A deployment that can be launched. */
export const deploymentSchema = z
  .object({
    id: uuid,
    name: z.string(),
    flow_name: z.string(),
    description: z.string().nullable(),
    tags: z.array(z.string()),
    is_paused: z.boolean(),
    /** Something polled for its runs lately. */
    is_ready: z.boolean(),
    last_polled_at: moment.nullable(),
    work_pool_name: z.string().nullable(),
    /** Names of the flow's parameters. */
    parameters: z.array(z.object({ name: z.string(), is_required: z.boolean() })),
  })
  .openapi("Deployment");
export type Deployment = z.infer<typeof deploymentSchema>;
