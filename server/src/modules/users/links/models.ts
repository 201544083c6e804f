import { z } from "@hono/zod-openapi";
import { roles } from "../../../platform/caller.ts";
import { emailField, newPasswordField, personNameField } from "../sign-in/models.ts";

export const linkKinds = ["first_administrator", "local_sign_in", "invitation", "password_reset"] as const;
export type LinkKind = (typeof linkKinds)[number];

/** The part of a link's address that must be known: 256 random bits. */
export const linkSecretField = z.string().regex(/^[\w-]{43}$/, "is not a link of this server");

export const linkLookSchema = z.strictObject({ token: linkSecretField }).openapi("LinkLook");
export const linkSchema = z
  .object({
    kind: z.enum(linkKinds),
    name: z.string(),
    email: z.string().nullable(),
    role: z.enum(roles),
    expires_at: z.iso.datetime(),
    asks_for: z.array(z.enum(["name", "email", "password"])),
  })
  .openapi("SignInLink", { description: "What opening the link does, and what it asks for." });
export type SignInLink = z.infer<typeof linkSchema>;

export const linkUseSchema = z
  .strictObject({
    token: linkSecretField,
    name: personNameField.optional(),
    email: emailField.optional(),
    password: newPasswordField.optional(),
  })
  .openapi("LinkUse");
export type LinkUse = z.infer<typeof linkUseSchema>;
