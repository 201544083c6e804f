import type { KeyRing } from "../../../platform/crypto.ts";
import type { Database, Transaction } from "../../../platform/database.ts";
import { AppError } from "../../../platform/errors.ts";
import type { PrefectAuthentication } from "../client/authorization.ts";
import { normaliseAddress } from "./address.ts";
import {
  countConnections,
  deleteCursors,
  findFreeName,
  findRemovedDefault,
  findStoredDefault,
  insertConnection,
  lockAdding,
  removeConnection,
  type StoredConnection,
  updateConnection,
} from "./repo.ts";
import { isSameAuthentication, openCredentials, sealCredentials } from "./secrets.ts";

export interface DefaultConnection {
  /** Undefined: there is none. */
  readonly url: string | undefined;
  /** `user:password` or an API key. */
  readonly auth: string | undefined;
}

/** How the connection of the environment proves who it is: an auth string holds a colon, a key does not. */
export function parseDefaultAuth(auth: string | undefined): PrefectAuthentication {
  const text = auth?.trim() ?? "";
  if (text === "") return { kind: "none" };
  return text.includes(":") ? { kind: "basic", auth_string: text } : { kind: "bearer", api_key: text };
}

/**
 * Brings the connection of the environment to what its variables say: adds, changes or removes it. Any number of servers
 * may do so at once. A disabled one stays disabled; one that comes back with its former address is the former one, so that
 * its runs are not mirrored twice.
 */
export async function ensureDefaultConnection(options: {
  readonly database: Database;
  readonly keyRing: () => KeyRing;
  readonly wanted: DefaultConnection;
}): Promise<void> {
  const { database, keyRing, wanted } = options;
  await database.transaction().execute(async (transaction) => {
    await lockAdding(transaction);
    const current = await findStoredDefault(transaction);
    if (wanted.url === undefined) {
      if (current !== null) await removeConnection(transaction, current.id);
      return;
    }
    const base_url = normaliseAddress(wanted.url);
    const credentials = parseDefaultAuth(wanted.auth);
    if (current === null) await add(transaction, keyRing, base_url, credentials);
    else await change(transaction, keyRing, current, base_url, credentials);
  });
}

async function add(
  transaction: Transaction,
  keyRing: () => KeyRing,
  base_url: string,
  credentials: PrefectAuthentication,
): Promise<void> {
  const former = await findRemovedDefault(transaction, base_url);
  const name = await findDefaultName(transaction);
  if (former !== null) {
    const sealed = sealCredentials(keyRing, former.id, credentials);
    await updateConnection(
      transaction,
      { ...former, ...sealed, name },
      { is_enabled: former.disabled_at === null, begins_anew: true },
    );
    return;
  }
  const { next_id } = await countConnections(transaction);
  await insertConnection(transaction, {
    ...{ id: next_id, name, base_url, ui_url: null, is_from_environment: true },
    ...{ filter_tags: [], filter_deployment_ids: [] },
    ...sealCredentials(keyRing, next_id, credentials),
  });
}

async function change(
  transaction: Transaction,
  keyRing: () => KeyRing,
  current: StoredConnection,
  base_url: string,
  credentials: PrefectAuthentication,
): Promise<void> {
  const isSameAddress = current.base_url === base_url;
  if (isSameAddress && holds(keyRing, current, credentials)) return;
  await updateConnection(
    transaction,
    { ...current, base_url, ...sealCredentials(keyRing, current.id, credentials) },
    { is_enabled: current.disabled_at === null, begins_anew: true },
  );
  if (!isSameAddress) await deleteCursors(transaction, current.id);
}

function holds(
  keyRing: () => KeyRing,
  current: StoredConnection,
  credentials: PrefectAuthentication,
): boolean {
  try {
    return isSameAuthentication(openCredentials(keyRing, current.id, current), credentials);
  } catch (error) {
    // With another key file the stored secret is lost, but the environment has it: it is written anew.
    if (error instanceof AppError && error.code === "secret_unreadable") return false;
    throw error;
  }
}

async function findDefaultName(transaction: Transaction): Promise<string> {
  const names = ["Prefect", "Prefect (environment)"];
  // There are fewer people's connections than names.
  for (let number = 2; number <= 60; number += 1) names.push(`Prefect (environment ${number})`);
  const name = await findFreeName(transaction, names);
  if (name === null) throw new Error("Every name for the connection of the environment is taken");
  return name;
}
