import { createPrefectClient, type PrefectClient } from "../client/client.ts";
import { createRequestBudget, type RequestBudget } from "../client/request-budget.ts";
import type { PrefectClients } from "./store.ts";

interface HeldClient {
  readonly client: PrefectClient;
  readonly budget: RequestBudget;
  readonly base_url: string;
  readonly settings_version: number;
}

const graceMs = 30_000;

/** One client with one request budget for each connection; both are made when somebody asks for them first. */
export function createPrefectClients(options: { readonly requestsPerSecond: number }): PrefectClients {
  const { requestsPerSecond } = options;
  const held = new Map<string, HeldClient>();
  const retired = new Map<PrefectClient, NodeJS.Timeout>();

  /** Requests under way end first. */
  async function close(client: PrefectClient): Promise<void> {
    clearTimeout(retired.get(client));
    retired.delete(client);
    await client.close();
  }

  /** Whoever holds it may not have noticed yet that the settings changed, and must not take that for an outage. */
  function retire(client: PrefectClient): void {
    const timer = setTimeout(() => {
      // A client that does not close is broken already, and nobody uses it.
      close(client).catch(() => undefined);
    }, graceMs);
    retired.set(client, timer.unref());
  }

  return {
    clientFor({ id, base_url, authentication, settings_version }) {
      const former = held.get(id);
      // Whoever still holds older settings gets the newer client: settings do not go back.
      if (former !== undefined && former.settings_version >= settings_version) return former.client;
      // New credentials are no reason to ask the same server more often.
      const budget =
        former?.base_url === base_url ? former.budget : createRequestBudget({ requestsPerSecond });
      const client = createPrefectClient({ apiUrl: base_url, authentication, budget });
      held.set(id, { client, budget, base_url, settings_version });
      if (former !== undefined) retire(former.client);
      return client;
    },
    async close() {
      const clients = [...[...held.values()].map(({ client }) => client), ...retired.keys()];
      held.clear();
      await Promise.all(clients.map(close));
    },
  };
}
