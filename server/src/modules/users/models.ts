import { z } from "zod";

export const userRoles = ["admin", "operator", "viewer", "learner"] as const;

/** A row of `user_summaries`. */
export const userSummarySchema = z.object({
  id: z.string(),
  email: z.string().nullable(),
  name: z.string(),
  role: z.enum(userRoles),
  is_active: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
  last_seen_at: z.string().nullable(),
  version: z.int(),
  unit_count: z.int(),
  llm_request_count: z.int(),
  cost_usd: z.number().nullable().describe("null: nothing was spent, or what was spent is unknown"),
});
export type UserSummary = z.infer<typeof userSummarySchema>;
