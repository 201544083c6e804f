import type { KeyRing } from "../../../platform/crypto.ts";
import type { Database, Transaction } from "../../../platform/database.ts";
import { AppError } from "../../../platform/errors.ts";
import type { PrefectAuthentication } from "../client/authorization.ts";
import { createPrefectClient } from "../client/client.ts";
import { createRequestBudget } from "../client/request-budget.ts";
import { prefectErrors } from "../errors.ts";
import { isSameOrigin, normaliseAddress, ownUiUrl } from "./address.ts";
import { type ConnectionCheck, checkConnection, failedVerdict, type TryEvents } from "./check-connection.ts";
import { describeDeployments, readDeployments } from "./deployments.ts";
import type { Connection, ConnectionEdit, ConnectionVerdict } from "./models.ts";
import {
  type ConnectionSettings,
  countConnections,
  deleteCursors,
  findStored,
  insertConnection,
  listConnections,
  listConnectionsById,
  lockAdding,
  removeConnection,
  type StoredConnection,
  updateConnection,
} from "./repo.ts";
import { openCredentials, sealCredentials } from "./secrets.ts";
import type { ConnectionService } from "./service.ts";
import { type ConnectionStore, connectionNotFound, type PrefectClients, toWatched } from "./store.ts";

/** Most connections that people add: each is watched by a server of its own accord. */
const mostConnections = 50;

export interface ConnectionServiceOptions {
  readonly database: Database;
  readonly keyRing: () => KeyRing;
  readonly store: ConnectionStore;
  readonly clients: PrefectClients;
  /** For what is tried without being stored. */
  readonly requestsPerSecond: number;
  readonly tryEvents?: TryEvents;
}

/** Connections as the dashboard manages them. `keyRing` is opened when the first secret is needed. */
export function createConnectionService(options: ConnectionServiceOptions): ConnectionService {
  const { database, keyRing, store, clients, tryEvents } = options;

  async function getStored(id: string): Promise<StoredConnection> {
    const stored = await findStored(database, id);
    if (stored === null) throw connectionNotFound(id);
    return stored;
  }

  /** With a client of its own, which ends with the check. */
  async function checkUnstored(check: Omit<ConnectionCheck, "client">): Promise<ConnectionVerdict> {
    const { base_url, authentication } = check;
    const budget = createRequestBudget({ requestsPerSecond: options.requestsPerSecond });
    const client = createPrefectClient({ apiUrl: base_url, authentication, budget });
    try {
      return await checkConnection({ ...check, client });
    } finally {
      await client.close();
    }
  }

  return {
    list: () => listConnections(database),
    listSummaries: (ids) => listConnectionsById(database, ids),
    create({ credentials, ...connection }) {
      return writeNamed(database, connection.name, async (transaction) => {
        await lockAdding(transaction);
        const { count, next_id } = await countConnections(transaction);
        if (count >= mostConnections) throw limitReached();
        const base_url = normaliseAddress(connection.base_url);
        await insertConnection(transaction, {
          ...connection,
          id: next_id,
          base_url,
          ui_url: ownUiUrl(connection.ui_url, base_url),
          ...sealCredentials(keyRing, next_id, credentials),
          is_from_environment: false,
        });
        return answer(transaction, next_id);
      });
    },
    update(id, edit) {
      return writeNamed(database, edit.name ?? "", async (transaction) => {
        const stored = await findStored(transaction, id, true);
        if (stored === null) throw connectionNotFound(id);
        await applyEdit(transaction, keyRing, stored, edit);
        return answer(transaction, id);
      });
    },
    async remove(id) {
      await database.transaction().execute(async (transaction) => {
        const stored = await findStored(transaction, id, true);
        if (stored === null) throw connectionNotFound(id);
        if (stored.is_from_environment) {
          throw fromEnvironment("remove it by taking COURSEWRIGHT_PREFECT_URL away, or disable it here");
        }
        await removeConnection(transaction, id);
      });
    },
    async probe({ connection_id, base_url: address, credentials }) {
      const stored = connection_id === null ? null : await getStored(connection_id);
      const base_url = normaliseAddress(address);
      const { filter_tags = [], filter_deployment_ids = [] } = stored ?? {};
      const authentication = verdictOfError(base_url, () =>
        credentials === undefined ? storedCredentials(keyRing, stored, base_url) : credentials,
      );
      if ("is_ok" in authentication) return authentication;
      return checkUnstored({ base_url, authentication, filter_tags, filter_deployment_ids, tryEvents });
    },
    async test(id) {
      const stored = await getStored(id);
      const watched = verdictOfError(stored.base_url, () => toWatched(keyRing, stored));
      if ("is_ok" in watched) return watched;
      return checkConnection({ ...watched, client: clients.clientFor(watched), tryEvents });
    },
    async listDeployments(id, { isUnfiltered = false } = {}) {
      const watched = await store.getWatched(id);
      const client = clients.clientFor(watched);
      const wanted = isUnfiltered ? [] : watched.filter_deployment_ids;
      return describeDeployments(client, await readDeployments(client, wanted));
    },
  };
}

async function applyEdit(
  transaction: Transaction,
  keyRing: () => KeyRing,
  stored: StoredConnection,
  { credentials, is_enabled, ...edit }: ConnectionEdit,
): Promise<void> {
  const isTouched = credentials !== undefined || Object.values(edit).some((value) => value !== undefined);
  if (stored.is_from_environment && isTouched) {
    throw fromEnvironment("change COURSEWRIGHT_PREFECT_URL and COURSEWRIGHT_PREFECT_AUTH and start again");
  }
  const base_url = edit.base_url === undefined ? stored.base_url : normaliseAddress(edit.base_url);
  if (credentials === undefined) requireSameHost(stored, base_url);
  const settings: ConnectionSettings = {
    ...stored,
    ...edit,
    base_url,
    // An address of pages that was only derived from the former API moves with it.
    ui_url: ownUiUrl(edit.ui_url === undefined ? stored.ui_url : edit.ui_url, stored.base_url, base_url),
    ...(credentials === undefined ? {} : sealCredentials(keyRing, stored.id, credentials)),
  };
  const isOtherMirror =
    stored.base_url !== base_url ||
    !isSameSet(stored.filter_tags, settings.filter_tags) ||
    !isSameSet(stored.filter_deployment_ids, settings.filter_deployment_ids);
  const wasEnabled = stored.disabled_at === null;
  const isEnabled = is_enabled ?? wasEnabled;
  await updateConnection(transaction, settings, {
    is_enabled: isEnabled,
    begins_anew:
      isOtherMirror ||
      credentials !== undefined ||
      stored.ui_url !== settings.ui_url ||
      wasEnabled !== isEnabled,
  });
  if (isOtherMirror) await deleteCursors(transaction, stored.id);
}

/** The credentials that may go to this address without being entered; none when nothing is stored. */
function storedCredentials(
  keyRing: () => KeyRing,
  stored: StoredConnection | null,
  base_url: string,
): PrefectAuthentication {
  if (stored === null) return { kind: "none" };
  requireSameHost(stored, base_url);
  return openCredentials(keyRing, stored.id, stored);
}

/** Secrets are write-only: whoever may change the address must not have them sent to a server of theirs. */
function requireSameHost(stored: StoredConnection, base_url: string): void {
  if (stored.auth_kind === "none" || isSameOrigin(stored.base_url, base_url)) return;
  throw prefectErrors.create(
    "connection_credentials_needed",
    `The stored credentials are for ${new URL(stored.base_url).origin} only. Enter the credentials for ${new URL(base_url).origin}.`,
    { details: { field: "credentials" } },
  );
}

/** What cannot be tried for an expected reason has a verdict as well. */
function verdictOfError<Value extends object>(
  base_url: string,
  read: () => Value,
): Value | ConnectionVerdict {
  try {
    return read();
  } catch (error) {
    if (error instanceof AppError) return failedVerdict(error, base_url);
    throw error;
  }
}

async function answer(transaction: Transaction, id: string): Promise<Connection> {
  const [connection] = await listConnectionsById(transaction, [id]);
  if (connection === undefined) throw connectionNotFound(id);
  return connection;
}

async function writeNamed<Result>(
  database: Database,
  name: string,
  write: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  try {
    return await database.transaction().execute(write);
  } catch (error) {
    if (!isTakenName(error)) throw error;
    const words = `There is a connection named "${name}" already. Choose another name.`;
    throw prefectErrors.create("connection_name_taken", words, { cause: error });
  }
}

function isTakenName(error: unknown): boolean {
  return error instanceof Error && "constraint" in error && error.constraint === "connections_name";
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  const [first, second] = [new Set(one), new Set(other)];
  return first.size === second.size && [...first].every((value) => second.has(value));
}

function limitReached() {
  return prefectErrors.create(
    "connection_limit_reached",
    `There are ${mostConnections} connections. Remove one that you no longer need.`,
  );
}

function fromEnvironment(advice: string) {
  return prefectErrors.create(
    "connection_from_environment",
    `This connection is set by environment variables: ${advice}.`,
  );
}
