import type { KeyRing } from "../../../platform/crypto.ts";
import type { Database } from "../../../platform/database.ts";
import { AppError } from "../../../platform/errors.ts";
import type { PrefectAuthentication } from "../client/authorization.ts";
import type { PrefectClient } from "../client/client.ts";
import { prefectErrors } from "../errors.ts";
import { deriveUiUrl } from "./address.ts";
import type { ConnectionNews } from "./news.ts";
import { findStored, listStoredEnabled, type StoredConnection, tellConnection } from "./repo.ts";
import { openCredentials } from "./secrets.ts";

export type { ConnectionNews } from "./news.ts";

/** A connection with its secret, as the server that watches it needs it. Never logged, never answered. */
export interface WatchedConnection {
  readonly id: string;
  /** Second half of the advisory lock of its leader. */
  readonly lock_key: number;
  readonly name: string;
  readonly base_url: string;
  /** Without a slash at its end. */
  readonly ui_url: string | null;
  readonly authentication: PrefectAuthentication;
  readonly filter_tags: readonly string[];
  readonly filter_deployment_ids: readonly string[];
  /** Another one means: begin anew with the new settings. */
  readonly settings_version: number;
}

export interface ConnectionStore {
  /**
   * Those that are to be watched: neither disabled nor removed. One whose stored credentials cannot be decrypted is left
   * out and says so as its health.
   */
  listWatched(): Promise<WatchedConnection[]>;
  /** @throws AppError `connection_not_found`, `connection_disabled`, `secret_unreadable` */
  getWatched(id: string): Promise<WatchedConnection>;
  /**
   * `health_since` moves only when the health changes; nothing is written when nothing changes, or to a disabled connection.
   * Times and the lag alone are written every two seconds at most, for each write goes to all browsers: tell them again.
   */
  tell(id: string, news: ConnectionNews): Promise<void>;
}

/** One client for each connection of this process, so that its request budget holds for all who ask here. */
export interface PrefectClients {
  /** Made anew when the connection's settings changed. */
  clientFor(connection: WatchedConnection): PrefectClient;
  close(): Promise<void>;
}

/** The connections with their secrets, for the part of the server that asks Prefect. */
export function createConnectionStore(options: {
  readonly database: Database;
  readonly keyRing: () => KeyRing;
  /** Tells the change feeds that a row changed. */
  readonly changed: () => void;
}): ConnectionStore {
  const { database, keyRing, changed } = options;

  async function tell(id: string, news: ConnectionNews): Promise<void> {
    if (await tellConnection(database, id, news)) changed();
  }

  return {
    async listWatched() {
      const watched: WatchedConnection[] = [];
      for (const stored of await listStoredEnabled(database)) {
        try {
          watched.push(toWatched(keyRing, stored));
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          // One lost secret must not keep the other connections from being watched.
          await tell(stored.id, { health: "auth_failed", health_reason: unreadableSecret });
        }
      }
      return watched;
    },
    async getWatched(id) {
      const stored = await findStored(database, id);
      if (stored === null) throw connectionNotFound(id);
      if (stored.disabled_at !== null) {
        throw prefectErrors.create(
          "connection_disabled",
          `The connection ${stored.name} is disabled. Enable it in the settings first.`,
        );
      }
      return toWatched(keyRing, stored);
    },
    tell,
  };
}

const unreadableSecret =
  "The stored credentials cannot be decrypted: restore the key file, or enter the credentials again.";

/** @throws AppError `secret_unreadable`, `key_file_invalid` */
export function toWatched(keyRing: () => KeyRing, stored: StoredConnection): WatchedConnection {
  const { id, lock_key, name, base_url, filter_tags, filter_deployment_ids, settings_version } = stored;
  return {
    ...{ id, lock_key, name, base_url, filter_tags, filter_deployment_ids, settings_version },
    ui_url: stored.ui_url ?? deriveUiUrl(base_url),
    authentication: openCredentials(keyRing, id, stored),
  };
}

export function connectionNotFound(id: string): AppError {
  return prefectErrors.create(
    "connection_not_found",
    `There is no connection ${id}; it may have been removed.`,
  );
}
