import type { PrefectClient } from "../../src/modules/prefect/client/client.ts";
import type { WatchedConnection } from "../../src/modules/prefect/connections/store.ts";
import type { WatchContext } from "../../src/modules/prefect/watching/watch-duty.ts";

/** The context of a watch that a test makes itself. */
export function createTestContext(
  given: { readonly connection_id: string; readonly client: PrefectClient } & Partial<WatchContext> & {
      readonly settings?: Partial<WatchedConnection>;
    },
): WatchContext {
  const { connection_id, settings, ...context } = given;
  return {
    connection: {
      id: connection_id,
      ...{ lock_key: 1, name: "Prefect", base_url: "http://127.0.0.1:9/api", ui_url: null },
      ...{
        authentication: { kind: "none" },
        filter_tags: [],
        filter_deployment_ids: [],
        settings_version: 1,
      },
      ...settings,
    },
    signal: new AbortController().signal,
    reporter: { tellLive: () => undefined, sweepSoon: () => undefined },
    isLive: () => true,
    isReachable: () => true,
    refresh: () => Promise.resolve(),
    ...context,
  };
}
