/** Why one got to the sign-in page, by the word in its address. */
const reasons: Readonly<Record<string, string>> = {
  session_ended: "Your session has ended. Sign in again to go on where you were.",
  single_sign_on_failed: "Single sign-on did not work. Try again, or ask an administrator.",
  not_invited:
    "Nobody with the address that the identity provider verified was invited, or the account is not active. Ask an administrator.",
};

/** The words for a reason; an unknown one only says that it did not work. */
export function reasonWords(reason: string | undefined): string | null {
  if (reason === undefined || reason === "") return null;
  return reasons[reason] ?? "Signing in did not work. Try again, or ask an administrator.";
}
