import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import { keptFreshMs } from "../query-client.ts";
import { raiseSessionDoubt } from "../session/session-doubt.ts";
import { createCatchUp } from "./catch-up.ts";
import type { LiveReader } from "./live-channel.ts";
import type { ConnectionState, LiveEntity } from "./live-messages.ts";
import { createRowStore, type RowStore } from "./row-store.ts";

type Live = { store: RowStore; connection: ConnectionState };

const LiveContext = createContext<Live | null>(null);

type LiveProviderProps = {
  children: ReactNode;
  /** How the page joins the stream. The next one is joined behind the former one's end. */
  join: (read: LiveReader) => () => void;
};

// Both tell of themselves every two seconds, which makes nothing else out of date.
const heartbeats: ReadonlySet<LiveEntity> = new Set(["worker", "connection"]);

/** Feeds the row store from the browser's one event stream and refetches what is shown after a gap. */
export function LiveProvider({ children, join }: LiveProviderProps) {
  const queryClient = useQueryClient();
  const [catchUp] = useState(() => createCatchUp(() => void readAgain(queryClient)));
  const [store] = useState(() => createRowStore(catchUp.ask));
  const [connection, setConnection] = useState<ConnectionState>({ kind: "connecting", as_of: null });
  const changedAt = useRef(0);
  useEffect(() => {
    const { queries } = queryClient.getDefaultOptions();
    // What is kept but not on show misses changes: it is read again when it is shown next.
    const staleTime = ({ state }: { state: { dataUpdatedAt: number } }) =>
      state.dataUpdatedAt <= changedAt.current ? 0 : keptFreshMs;
    queryClient.setDefaultOptions({ queries: { ...queries, staleTime } });
  }, [queryClient]);
  useEffect(
    () =>
      join((message) => {
        if (message.kind === "state") {
          // What one may see can have changed before the stream began to tell, or while it was broken.
          if (message.state.kind === "live") raiseSessionDoubt();
          return setConnection(message.state);
        }
        if (message.kind === "refused" || message.kind === "session") return raiseSessionDoubt();
        if (message.kind === "changes") {
          if (message.changes.some(({ entity }) => !heartbeats.has(entity))) changedAt.current = Date.now();
          return store.apply(message.changes);
        }
        if (message.forget) store.clear();
        changedAt.current = Date.now();
        catchUp.ask();
      }),
    [join, store, catchUp],
  );
  useEffect(() => catchUp.stop, [catchUp]);
  const live = useMemo(() => ({ store, connection }), [store, connection]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

/** Reads again what is on show, and marks the rest as out of date. */
async function readAgain(queryClient: QueryClient): Promise<void> {
  // A first answer that is still under way is only joined, and may be older than the gap: it is read once more behind it.
  const first = queryClient
    .getQueryCache()
    .findAll({ fetchStatus: "fetching" })
    .filter(({ state }) => state.data === undefined);
  await queryClient.invalidateQueries();
  if (first.length > 0) await queryClient.invalidateQueries({ predicate: (query) => first.includes(query) });
}

/** The live store and connection. @throws when used outside of LiveProvider, which is a mistake in the page. */
export function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === null) throw new Error("useLive needs a LiveProvider above it.");
  return live;
}
