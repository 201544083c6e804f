import { z } from "@hono/zod-openapi";

/** What an administrator should know about who may come in, in numbers only. */
export const securitySummarySchema = z
  .object({
    is_open_to_network: z.boolean().openapi({ description: "Other machines can reach the server." }),
    is_https: z.boolean().openapi({ description: "People reach it by https." }),
    listens_beyond_loopback: z.boolean(),
    needs_second_factor: z
      .boolean()
      .openapi({ description: "Administrators and operators are asked for a second factor." }),
    staff_without_second_factor: z.int().openapi({
      description: "Active administrators and operators who sign in with a password alone.",
    }),
    invitations_open: z.int().openapi({ description: "Active people who have yet to use their link." }),
    invitations_ended: z
      .int()
      .openapi({ description: "Active people whose link ended before they used it." }),
    sessions: z.int(),
    tokens: z.int().openapi({ description: "That work, without those of data folders, as the next two." }),
    tokens_without_end: z.int(),
    tokens_unused: z.int().openapi({ description: "Neither made nor used within 90 days." }),
    keys: z.object({
      current: z.int(),
      held: z.array(z.int()).openapi({ description: "Versions in the key file." }),
      needed: z.array(z.int()).openapi({ description: "Versions that stored secrets are encrypted with." }),
    }),
    requests_per_second: z.number(),
    streams_per_user: z.int(),
  })
  .openapi("SecuritySummary");
export type SecuritySummary = z.infer<typeof securitySummarySchema>;
