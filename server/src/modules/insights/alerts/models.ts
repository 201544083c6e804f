import { z } from "@hono/zod-openapi";
import { nameField } from "../../../platform/filter-fields.ts";

const uuid = z.uuid();
const moment = z.iso.datetime();
const count = z.number().int();

export const alertKinds = [
  "failure_rate",
  "stuck_job",
  "queue_age",
  "spend_per_day",
  "provider_down",
] as const;
export type AlertKind = (typeof alertKinds)[number];

/** When a rule fires. Every kind has its own fields, so a threshold always carries its unit. */
export const alertRuleSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("failure_rate"),
      /** Ended jobs of the window that failed or ended partial, in percent. */
      percentage: z.number().min(1).max(100),
      window_minutes: count.min(5).max(1_440),
      /** With fewer ended jobs it does not fire. */
      least_jobs: count.min(1).max(1_000),
    }),
    z.strictObject({ kind: z.literal("stuck_job") }),
    z.strictObject({ kind: z.literal("queue_age"), minutes: z.number().min(0.1).max(1_440) }),
    z.strictObject({ kind: z.literal("spend_per_day"), usd: z.number().min(0.01).max(1_000_000) }),
    z.strictObject({ kind: z.literal("provider_down"), minutes: z.number().min(0.1).max(1_440) }),
  ])
  .openapi("AlertRule");
export type AlertRule = z.infer<typeof alertRuleSchema>;

const webhookUrl = z
  .url({ protocol: /^https?$/ })
  .max(2_000)
  .refine((text) => (URL.parse(text)?.username ?? "") === "" && (URL.parse(text)?.password ?? "") === "", {
    message: "must not hold a user or password: messages are signed instead",
  })
  .refine((text) => !text.includes("…"), { message: "must be the whole address, not the shortened one" });
const emails = z.array(z.email().max(320)).max(20);

/** An alert with what it does when it fires. Secrets are never answered. */
export const alertSchema = z
  .object({
    id: uuid,
    name: z.string(),
    rule: alertRuleSchema,
    is_enabled: z.boolean(),
    webhook_url: z.string().nullable().openapi({
      description:
        "Shortened to protocol, host and the last four characters: the whole address is never answered.",
    }),
    /** Whether a signing secret is stored; it is shown once, when it is made. */
    has_webhook_secret: z.boolean(),
    emails: z.array(z.string()),
    /** What it is firing about now; null while all is well. */
    firing: z.object({ event_id: uuid, since: moment, sentence: z.string() }).nullable(),
    last_fired_at: moment.nullable(),
    /** The newest attempt to tell somebody. */
    last_delivery: z.object({ at: moment, status: z.enum(["pending", "sent", "failed"]) }).nullable(),
    created_at: moment,
    updated_at: moment,
    version: z.number().int(),
  })
  .openapi("Alert");
export type Alert = z.infer<typeof alertSchema>;

export const newAlertSchema = z
  .strictObject({
    name: z.string().trim().pipe(nameField.max(80)),
    rule: alertRuleSchema,
    is_enabled: z.boolean().default(true),
    webhook_url: webhookUrl.nullable().default(null),
    emails: emails.default([]),
  })
  .openapi("NewAlert");
export type NewAlert = z.infer<typeof newAlertSchema>;

/** `secret` is there when this request made one: it is never answered again. */
export const createdAlertSchema = z
  .object({ alert: alertSchema, webhook_secret: z.string().nullable() })
  .openapi("CreatedAlert");
export type CreatedAlert = z.infer<typeof createdAlertSchema>;

export const alertEditSchema = z
  .strictObject({
    name: z.string().trim().pipe(nameField.max(80)).optional(),
    rule: alertRuleSchema.optional(),
    is_enabled: z.boolean().optional(),
    /** Left out: stays as it is. Null: there is none any more. */
    webhook_url: webhookUrl.nullable().optional(),
    /** True: a new signing secret; the old one ends at once. */
    renew_webhook_secret: z.literal(true).optional(),
    emails: emails.optional(),
  })
  .refine((edit) => Object.keys(edit).length > 0, { message: "nothing to change was given" })
  .openapi("AlertEdit");
export type AlertEdit = z.infer<typeof alertEditSchema>;

/** One message to one receiver, with all of its attempts. */
export const alertDeliverySchema = z
  .object({
    id: uuid,
    alert_id: uuid,
    event_id: uuid.nullable().openapi({ description: "Null: a test." }),
    kind: z.enum(["fired", "ended", "test"]),
    channel: z.enum(["webhook", "email"]),
    /** The address; of a webhook shortened as in the alert. */
    target: z.string(),
    status: z.enum(["pending", "sent", "failed"]),
    attempts: count,
    next_attempt_at: moment.nullable(),
    http_status: count.nullable(),
    error_message: z.string().nullable(),
    duration_ms: count.nullable(),
    created_at: moment,
    completed_at: moment.nullable(),
  })
  .openapi("AlertDelivery");
export type AlertDelivery = z.infer<typeof alertDeliverySchema>;

/** An alert that fires now, as the monitor shows it. */
export const firingAlertSchema = z
  .object({
    id: uuid,
    alert_id: uuid,
    name: z.string(),
    kind: z.enum(alertKinds),
    sentence: z.string(),
    since: moment,
    /** What it is about, where it is one thing. */
    task_id: uuid.nullable(),
  })
  .openapi("FiringAlert");
export type FiringAlert = z.infer<typeof firingAlertSchema>;

export const alertTestResultSchema = z
  .object({ deliveries: z.array(alertDeliverySchema) })
  .openapi("AlertTestResult", { description: "Each receiver with what it answered, after one attempt." });
export type AlertTestResult = z.infer<typeof alertTestResultSchema>;

export const mailSetupSchema = z
  .object({ is_configured: z.boolean() })
  .openapi("MailSetup", { description: "Whether COURSEWRIGHT_SMTP_URL is set." });
export type MailSetup = z.infer<typeof mailSetupSchema>;
