import { z } from "@hono/zod-openapi";

export const sessionSchema = z
  .object({
    id: z.string(),
    is_current: z.boolean(),
    created_at: z.iso.datetime(),
    last_used_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    address: z.string().nullable(),
    user_agent: z.string().nullable(),
  })
  .openapi("Session");
export type Session = z.infer<typeof sessionSchema>;
