import { z } from "@hono/zod-openapi";
import { roles } from "../../../platform/caller.ts";
import { nameField } from "../../../platform/filter-fields.ts";

/** Compared without case; kept in lower case. */
export const emailField = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email({ error: "must be an e-mail address" }));

/** Any password that somebody may already have; what a new one must be is `newPasswordField`. */
export const passwordField = z.string().min(1).max(256);
/** At least 12 characters; whether it is among the well-known ones is checked by the service (ASVS 6.2). */
export const newPasswordField = z.string().min(12, "must have at least 12 characters").max(256);
export const personNameField = z.string().trim().pipe(nameField.max(100));

/** A code of an authenticator app, or a backup code. */
export const secondFactorCodeField = z
  .string()
  .trim()
  .min(6)
  .max(32)
  .openapi({ description: "Six digits of the authenticator app, or one of the backup codes." });

export const sessionStateSchema = z
  .object({
    user: z
      .object({
        id: z.uuid(),
        name: z.string(),
        email: z.string().nullable(),
        role: z.enum(roles),
      })
      .nullable(),
    proof: z.enum(["session", "token"]).nullable(),
    second_factor: z
      .object({
        is_on: z.boolean(),
        is_required: z.boolean(),
        backup_codes_left: z.int().nullable(),
      })
      .nullable(),
    has_password: z.boolean().nullable(),
    session_id: z.string().nullable(),
    expires_at: z.iso
      .datetime()
      .nullable()
      .openapi({ description: "When the session ends if nothing more is done in it." }),
    sign_in: z.object({
      password: z.boolean().openapi({ description: "False while nobody has a password." }),
      single_sign_on: z.object({ name: z.string() }).nullable(),
    }),
    needs_set_up: z.boolean().openapi({
      description:
        "No administrator can sign in yet: a one-time link of the server's output makes the first.",
    }),
    is_local: z.boolean().openapi({
      description: "The server listens on its own machine only, with the database that it brought.",
    }),
  })
  .openapi("SessionState");
export type SessionState = z.infer<typeof sessionStateSchema>;

export const signInSchema = z.strictObject({ email: emailField, password: passwordField }).openapi("SignIn");
export const signInAnswerSchema = z
  .object({ status: z.enum(["signed_in", "second_factor_needed"]) })
  .openapi("SignInAnswer");
export type SignInAnswer = z.infer<typeof signInAnswerSchema>;

export const secondFactorCodeSchema = z
  .strictObject({ code: secondFactorCodeField })
  .openapi("SecondFactorCode");

export const singleSignOnSchema = z
  .strictObject({ return_to: z.string().max(2_000).optional() })
  .openapi("SingleSignOn");
export const redirectSchema = z.object({ url: z.string() }).openapi("Redirect");

export const profileEditSchema = z.strictObject({ name: personNameField }).openapi("ProfileEdit");
export const passwordChangeSchema = z
  .strictObject({
    current_password: passwordField.optional(),
    new_password: newPasswordField.optional(),
    email: emailField.optional(),
  })
  .refine(({ new_password, email }) => new_password !== undefined || email !== undefined, {
    message: "nothing to change was given",
  })
  .openapi("PasswordChange", {
    description:
      "`current_password` is asked of whoever has one. The local administrator, who has neither, gives an `email` with the first password.",
  });
export const passwordProofSchema = z.strictObject({ password: passwordField }).openapi("PasswordProof");

export const secondFactorSetUpSchema = z
  .object({
    uri: z
      .string()
      .openapi({ description: "otpauth:// address for an authenticator app, to be shown as a QR code." }),
    secret: z.string(),
    backup_codes: z.array(z.string()),
  })
  .openapi("SecondFactorSetUp");
export type SecondFactorSetUp = z.infer<typeof secondFactorSetUpSchema>;
export const backupCodesSchema = z.object({ backup_codes: z.array(z.string()) }).openapi("BackupCodes");
