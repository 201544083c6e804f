import type { FlowRunQuery } from "../../client/queries.ts";
import type { WatchedConnection } from "../../connections/store.ts";
import type { WatchContext } from "../../watching/watch-duty.ts";
import type { Mirror } from "../mirror.ts";

/** Which top-level runs belong to the connection. */
export function filterOf(connection: WatchedConnection): Pick<FlowRunQuery, "tags" | "deployment_ids"> {
  const { filter_tags: tags, filter_deployment_ids: deployment_ids } = connection;
  return {
    ...(tags.length === 0 ? {} : { tags }),
    ...(deployment_ids.length === 0 ? {} : { deployment_ids }),
  };
}

const streams = ["active", "begun", "ended"];

/** All rows are as Prefect had them when the one of these sweeps that is longest ago began. */
export async function tellSynced(
  mirror: Mirror,
  { connection }: Pick<WatchContext, "connection">,
  stream: string,
  startedAt: number,
): Promise<void> {
  const { syncedAt } = mirror.memoryOf(connection);
  syncedAt.set(stream, startedAt);
  const oldest = Math.min(...streams.map((each) => syncedAt.get(each) ?? 0));
  if (oldest > 0) {
    await mirror.store.tell(connection.id, { last_sync_at: new Date(oldest).toISOString() });
  }
}
