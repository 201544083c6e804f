import type { Role } from "../../../platform/caller.ts";

export interface LinkMail {
  readonly kind: "invitation" | "password_reset";
  /** Who made the link. */
  readonly from_name: string;
  readonly role: Role;
  readonly url: string;
  readonly expires_at: string;
}

/** Subject and plain text of a mail that hands a one-time link over. */
export function linkMailWords(mail: LinkMail): { readonly subject: string; readonly text: string } {
  const { kind, role, url } = mail;
  const from = oneLine(mail.from_name);
  const until = `${mail.expires_at.slice(0, 16).replace("T", " ")} UTC`;
  const [subject, opening] =
    kind === "invitation"
      ? ["Your invitation to Coursewright", `${from} invites you to Coursewright. Your role: ${role}.`]
      : [
          "A new password for Coursewright",
          `${from} made this link for you, with which you choose a new password.`,
        ];
  const lines = [
    opening,
    "",
    url,
    "",
    `The link works once, until ${until}. Whoever has it can use it: do not pass it on.`,
    "If you did not expect this mail, do not open the link and tell the person named above.",
  ];
  return { subject, text: `${lines.join("\n")}\n` };
}

/** A name cannot make lines of its own, which would look as if we said them. */
function oneLine(name: string): string {
  return name.replace(/\s+/g, " ");
}
