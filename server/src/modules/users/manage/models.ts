import { z } from "@hono/zod-openapi";
import { roles } from "../../../platform/caller.ts";
import { userSummarySchema } from "../models.ts";
import { emailField, personNameField } from "../sign-in/models.ts";

export const newUserSchema = z
  .strictObject({ email: emailField, name: personNameField, role: z.enum(roles) })
  .openapi("NewUser");
export type NewUser = z.infer<typeof newUserSchema>;

export const userEditSchema = z
  .strictObject({
    name: personNameField.optional(),
    email: emailField.optional(),
    role: z.enum(roles).optional(),
    is_active: z.boolean().optional(),
  })
  .refine((edit) => Object.values(edit).some((value) => value !== undefined), {
    message: "nothing to change was given",
  })
  .openapi("UserEdit");
export type UserEdit = z.infer<typeof userEditSchema>;

export const givenLinkSchema = z
  .object({
    url: z
      .string()
      .openapi({ description: "Works once. Shown this once; hand it over on a way that you trust." }),
    expires_at: z.iso.datetime(),
    mailed_to: z.string().nullable().openapi({ description: "null: it was not sent by e-mail." }),
    mail_problem: z.string().nullable(),
  })
  .openapi("GivenLink");
export type GivenLink = z.infer<typeof givenLinkSchema>;

export const invitedUserSchema = z
  .object({ user: userSummarySchema, link: givenLinkSchema })
  .openapi("InvitedUser");
export type InvitedUser = z.infer<typeof invitedUserSchema>;

export const linkRequestSchema = z
  .strictObject({
    kind: z.enum(["invitation", "password_reset"]),
    mail: z.boolean().default(false),
  })
  .openapi("LinkRequest");

export const erasureSchema = z.strictObject({ name: z.string().max(200) }).openapi("Erasure", {
  description: "The person's name as it is shown, to make sure that it is the right one.",
});
