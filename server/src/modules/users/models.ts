import { z } from "zod";
import { roles } from "../../platform/caller.ts";

/**
 * How somebody can sign in. `invited`: not yet, their link is open. `none`: not at all (the invitation has ended), or only on the
 * server's own machine.
 */
export const signInKinds = ["password", "single_sign_on", "invited", "none"] as const;

/** A row of `user_summaries`. */
export const userSummarySchema = z.object({
  id: z.string(),
  email: z.string().nullable(),
  name: z.string(),
  role: z.enum(roles),
  is_active: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
  last_seen_at: z.string().nullable(),
  version: z.int(),
  unit_count: z.int(),
  llm_request_count: z.int(),
  cost_usd: z.number().nullable().describe("null: nothing was spent, or what was spent is unknown"),
  erased_at: z
    .string()
    .nullable()
    .describe("When their personal data was erased; the name is a placeholder since then"),
  sign_in: z.enum(signInKinds),
  has_second_factor: z.boolean(),
  invitation_expires_at: z
    .string()
    .nullable()
    .describe(
      "Until when the link of the invitation works, in the past when it is over; null: used, ended by somebody, or never made",
    ),
});
export type UserSummary = z.infer<typeof userSummarySchema>;
