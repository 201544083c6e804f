import { z } from "@hono/zod-openapi";
import { momentField, nameField, searchWordsField } from "../../platform/filter-fields.ts";

export const auditEntrySchema = z
  .object({
    id: z.uuid(),
    seq: z.int(),
    at: z.iso.datetime(),
    actor_id: z.string().nullable(),
    actor_name: z.string().nullable().openapi({
      description: "As the account is called now; null when it was erased or nobody was recognised.",
    }),
    actor_kind: z.enum(["session", "token", "machine", "nobody"]),
    token_id: z.string().nullable(),
    token_name: z.string().nullable(),
    action: z.string(),
    object_kind: z.string().nullable(),
    object_id: z.string().nullable(),
    result: z.enum(["done", "refused", "failed"]),
    code: z.string().nullable(),
    request_id: z.string().nullable(),
    details: z.record(z.string(), z.unknown()),
    address: z.string().nullable(),
    user_agent: z.string().nullable(),
    hash: z.string().openapi({ description: "Hexadecimal; the next entry holds it too." }),
  })
  .openapi("AuditLogEntry");
export type AuditLogEntry = z.infer<typeof auditEntrySchema>;

export const auditFilterSchema = z.object({
  q: searchWordsField
    .optional()
    .openapi({ description: "A part of an action, or the whole id of an object, request or person." }),
  actor_id: z.uuid().optional(),
  action: nameField.optional().openapi({
    description: "One action such as `task.cancel`, or a kind such as `task`; several with commas between.",
  }),
  result: z.enum(["done", "refused", "failed"]).optional(),
  at_from: momentField.optional(),
  at_to: momentField.optional(),
});
export type AuditFilter = z.infer<typeof auditFilterSchema>;

export const auditVerificationSchema = z
  .object({
    is_intact: z.boolean(),
    entries: z.int().openapi({ description: "Read and found whole; up to the first broken one." }),
    removed: z.int().openapi({
      description:
        "Entries that went from the beginning because their time was over. The first one that is left follows the last of them.",
    }),
    since: z.iso.datetime().nullable().openapi({ description: "Time of the oldest entry that is left." }),
    head: z.string().nullable().openapi({
      description: "Hash of the newest entry. Kept elsewhere, it also shows a log that was cut at its end.",
    }),
    first_broken_seq: z.int().nullable(),
    problem: z.string().nullable(),
  })
  .openapi("AuditVerification");
export type AuditVerification = z.infer<typeof auditVerificationSchema>;

export const auditExtentSchema = z
  .object({
    newest_seq: z.int().openapi({ description: "Number of the newest entry; 0 when there is none." }),
    since: z.iso.datetime().nullable().openapi({ description: "Time of the oldest entry that is left." }),
    removed: z.int().openapi({
      description: "Entries that went from the beginning because their time was over.",
    }),
    keep_days: z.int().nullable().openapi({
      description: "How long an entry is kept, as COURSEWRIGHT_AUDIT_DAYS says; null: for ever.",
    }),
  })
  .openapi("AuditExtent");
export type AuditExtent = z.infer<typeof auditExtentSchema>;
