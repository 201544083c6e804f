import type { KeyRing } from "../../../platform/crypto.ts";
import type { PrefectAuthentication } from "../client/authorization.ts";

/** Credentials as a row holds them. */
export interface StoredCredentials {
  readonly auth_kind: PrefectAuthentication["kind"];
  /** Of the auth string or the key; null without authentication. */
  readonly auth_encrypted: string | null;
}

/** What the secret of a connection is bound to, so that it is of no use in another row. */
export function secretContext(connection_id: string): string {
  return `connection:${connection_id}`;
}

/** Encrypts the credentials for one connection. The key ring is opened only when there is a secret. */
export function sealCredentials(
  keyRing: () => KeyRing,
  connection_id: string,
  credentials: PrefectAuthentication,
): StoredCredentials {
  const secret = secretOf(credentials);
  return {
    auth_kind: credentials.kind,
    auth_encrypted: secret === null ? null : keyRing().encrypt(secret, secretContext(connection_id)),
  };
}

/** @throws AppError `secret_unreadable`, `key_file_invalid` */
export function openCredentials(
  keyRing: () => KeyRing,
  connection_id: string,
  { auth_kind, auth_encrypted }: StoredCredentials,
): PrefectAuthentication {
  if (auth_kind === "none") return { kind: "none" };
  const secret = keyRing().decrypt(auth_encrypted ?? "", secretContext(connection_id));
  return auth_kind === "basic" ? { kind: "basic", auth_string: secret } : { kind: "bearer", api_key: secret };
}

/** Whether both prove the same to Prefect. */
export function isSameAuthentication(one: PrefectAuthentication, other: PrefectAuthentication): boolean {
  return one.kind === other.kind && secretOf(one) === secretOf(other);
}

function secretOf(credentials: PrefectAuthentication): string | null {
  switch (credentials.kind) {
    case "none":
      return null;
    case "basic":
      return credentials.auth_string;
    case "bearer":
      return credentials.api_key;
  }
}
