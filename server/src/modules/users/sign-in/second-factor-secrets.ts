import { parseEnvelope, symmetricDecrypt, symmetricEncrypt } from "better-auth/crypto";
import { sql } from "kysely";
import type { KeyRing } from "../../../platform/crypto.ts";
import type { Database } from "../../../platform/database.ts";
import { createSecretStore, type SecretStore, type SecretTexts } from "../../../platform/secret-store.ts";
import { keyPurpose } from "./auth.ts";

/** The secrets of authenticator apps and their backup codes, which the sign-in library encrypts with what follows from our keys. */
export function listSecondFactorStores(database: Database, keyRing: () => KeyRing): SecretStore[] {
  return (["secret", "backupCodes"] as const).map((column) => {
    const texts = secondFactorTexts(database, keyRing, column);
    return createSecretStore(texts, () => keyRing().current);
  });
}

function secondFactorTexts(
  database: Database,
  keyRing: () => KeyRing,
  column: "secret" | "backupCodes",
): SecretTexts {
  const librarySecrets = () => {
    const ring = keyRing();
    const keys = ring.versions.map(
      (version) => [version, ring.derive(keyPurpose, version).toString("base64url")] as const,
    );
    return { keys: new Map(keys), currentVersion: ring.current };
  };
  return {
    name: `auth.twoFactor.${column}`,
    async list() {
      const { rows } = await sql<{ id: string; text: string }>`
        SELECT id, ${sql.ref(column)} AS text FROM auth."twoFactor" ORDER BY id`.execute(database);
      return rows.filter(({ text }) => parseEnvelope(text) !== null);
    },
    async replace(id, former, text) {
      const { rows } = await sql`
        UPDATE auth."twoFactor" SET ${sql.ref(column)} = ${text}
        WHERE id = ${id} AND ${sql.ref(column)} = ${former} RETURNING 1`.execute(database);
      return rows.length > 0;
    },
    versionOf: (text) => parseEnvelope(text)?.version ?? 0,
    decrypt: (_id, text) => symmetricDecrypt({ key: librarySecrets(), data: text }),
    encrypt: (_id, secret) => symmetricEncrypt({ key: librarySecrets(), data: secret }),
  };
}
