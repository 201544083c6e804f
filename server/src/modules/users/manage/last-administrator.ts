import type { Transaction } from "../../../platform/database.ts";
import { userErrors } from "../errors.ts";
import { countOtherAdministrators, type ManagedUser } from "./repo.ts";

/**
 * Refuses to take an administrator away when nobody would be left who can sign in as one. The caller holds the locks of
 * `lockAdministrators`.
 *
 * @throws AppError `last_administrator`
 */
export async function requireOtherAdministrator(
  transaction: Transaction,
  { id, role, is_active, can_sign_in }: ManagedUser,
): Promise<void> {
  if (role !== "admin" || !is_active) return;
  const others = await countOtherAdministrators(transaction, id);
  if (others.active === 0)
    throw userErrors.create(
      "last_administrator",
      "This is the last administrator. Make somebody else an administrator first.",
    );
  if (can_sign_in && others.can_sign_in === 0)
    throw userErrors.create(
      "last_administrator",
      "This is the last administrator who can sign in: the others have not used their invitation or have no password yet. " +
        "Let one of them sign in first.",
    );
}
