import type { SignInLink } from "../../../api/account-rows.ts";
import { roleWords } from "../../../api/session/roles.ts";

/** What a link's page says: its headline, what it is about, and the button. */
export type LinkWords = { title: string; text: string; button: string };

/** Words for a link that asks for something. */
export function wordsOf(link: SignInLink): LinkWords {
  const role = roleWords[link.role];
  switch (link.kind) {
    case "first_administrator":
      return {
        title: "Set up the first administrator",
        text: "Nobody can sign in to this server yet. You become its administrator, who may invite everybody else.",
        button: "Create the account",
      };
    case "invitation":
      return {
        title: link.name === "" ? "Welcome" : `Welcome, ${link.name}`,
        text: `You were invited to Coursewright as ${/^[aeiou]/.test(role) ? "an" : "a"} ${role}. Choose a password to sign in with.`,
        button: "Accept the invitation",
      };
    case "password_reset":
      return {
        title: "Choose a new password",
        text: "It replaces the former one, and every session that is open anywhere ends.",
        button: "Set the password",
      };
    case "local_sign_in":
      return { title: "Sign in", text: "As the administrator of this machine.", button: "Sign in" };
  }
}
