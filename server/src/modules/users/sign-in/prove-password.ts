import { userErrors } from "../errors.ts";
import { isRightPassword } from "./passwords.ts";
import { hashedKey, type Throttle } from "./throttle.ts";

const guesses = 5;

/**
 * Asks whoever is signed in for their password, which is guessed as seldom here as at the sign-in.
 *
 * @param stored its hash
 * @throws AppError `password_wrong`, `too_many_sign_ins`
 */
export async function provePassword(
  throttle: Throttle,
  user_id: string,
  stored: string,
  given: string,
): Promise<void> {
  const key = hashedKey("password", user_id);
  const ticket = await throttle.take([{ key, free: guesses }]);
  if (!(await isRightPassword(stored, given)))
    throw userErrors.create("password_wrong", "This is not your current password.");
  await ticket.giveBack([key]);
}
