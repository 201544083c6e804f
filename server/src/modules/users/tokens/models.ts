import { z } from "@hono/zod-openapi";
import { tokenScopes } from "../../../platform/caller.ts";
import { nameField } from "../../../platform/filter-fields.ts";

export const apiTokenSchema = z
  .object({
    id: z.uuid(),
    user_id: z.uuid(),
    user_name: z.string(),
    name: z.string(),
    prefix: z.string().openapi({ description: "How the token begins, to recognise it by." }),
    scopes: z.array(z.enum(tokenScopes)),
    is_of_machine: z.boolean().openapi({ description: "The command line's own on the server's machine." }),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime().nullable(),
    last_used_at: z.iso.datetime().nullable(),
    last_used_from: z.string().nullable(),
    revoked_at: z.iso.datetime().nullable(),
  })
  .openapi("ApiToken");
export type ApiToken = z.infer<typeof apiTokenSchema>;

export const newApiTokenSchema = z
  .strictObject({
    name: z.string().trim().pipe(nameField.max(80)),
    scopes: z.array(z.enum(tokenScopes)).min(1).max(tokenScopes.length),
    expires_in_days: z.int().min(1).max(3_650).nullable().openapi({ description: "null: never." }),
  })
  .openapi("NewApiToken");
export type NewApiToken = z.infer<typeof newApiTokenSchema>;

export const madeApiTokenSchema = z
  .object({ token: z.string().openapi({ description: "Shown this once." }), api_token: apiTokenSchema })
  .openapi("MadeApiToken");
export type MadeApiToken = z.infer<typeof madeApiTokenSchema>;
