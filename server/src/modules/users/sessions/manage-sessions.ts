import type { Database } from "../../../platform/database.ts";
import { userErrors } from "../errors.ts";
import { provePassword } from "../sign-in/prove-password.ts";
import { findPasswordHash, touchUser } from "../sign-in/repo.ts";
import type { SessionPolicy } from "../sign-in/session-policy.ts";
import type { Throttle } from "../sign-in/throttle.ts";
import { deleteSession, deleteSessions, hasUser, listSessions, noteVerification } from "./repo.ts";
import type { SessionService } from "./service.ts";

/** The sessions of the database. Whatever ends one also touches the person's row, of which the change feed tells. */
export function createSessionService(
  database: Database,
  policy: SessionPolicy,
  throttle: Throttle,
): SessionService {
  const end = (user_id: string, kept_id: string | null) =>
    database.transaction().execute(async (transaction) => {
      const ended = await deleteSessions(transaction, user_id, kept_id);
      if (ended > 0) await touchUser(transaction, user_id);
      return ended;
    });
  return {
    async listOwn({ id, proof }) {
      const current = proof.kind === "session" ? proof.session_id : null;
      const rows = await listSessions(database, id, policy);
      return rows.map((row) => ({ ...row, is_current: row.id === current }));
    },
    async endOwn({ id }, session_id) {
      await database.transaction().execute(async (transaction) => {
        if (!(await deleteSession(transaction, id, session_id)))
          throw userErrors.create(
            "session_not_found",
            "You have no session with this id. It may have ended.",
          );
        await touchUser(transaction, id);
      });
    },
    endOthers: ({ id, proof }) => end(id, proof.kind === "session" ? proof.session_id : null),
    async renew({ id, proof }, password) {
      const stored = await findPasswordHash(database, id);
      if (stored === null)
        throw userErrors.create(
          "password_wrong",
          "Your account has no password. Sign out and sign in again instead.",
        );
      await provePassword(throttle, id, stored, password);
      if (proof.kind === "session") await noteVerification(database, proof.session_id);
    },
    async endAllOf(user_id) {
      if (!(await hasUser(database, user_id)))
        throw userErrors.create("user_not_found", "There is no user with this id.");
      return end(user_id, null);
    },
  };
}
