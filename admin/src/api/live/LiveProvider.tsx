import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import { keptFreshMs } from "../query-client.ts";
import { joinLiveChannel, type LiveReader } from "./live-channel.ts";
import type { ConnectionState } from "./live-messages.ts";
import { createRowStore, type RowStore } from "./row-store.ts";

type Live = { store: RowStore; connection: ConnectionState };

const LiveContext = createContext<Live | null>(null);

type LiveProviderProps = {
  children: ReactNode;
  /** How the page joins the stream; the browser's shared one unless told. */
  join?: (read: LiveReader) => () => void;
};

/** Feeds the row store from the browser's one event stream and refetches what is shown after a gap. */
export function LiveProvider({ children, join = joinLiveChannel }: LiveProviderProps) {
  const [store] = useState(createRowStore);
  const [connection, setConnection] = useState<ConnectionState>({ kind: "connecting", as_of: null });
  const queryClient = useQueryClient();
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
        if (message.kind === "state") setConnection(message.state);
        else if (message.kind === "change") {
          if (message.change.entity !== "worker") changedAt.current = Date.now();
          store.apply(message.change);
        } else {
          store.clear();
          void queryClient.invalidateQueries();
        }
      }),
    [join, store, queryClient],
  );
  const live = useMemo(() => ({ store, connection }), [store, connection]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

/** The live store and connection. @throws when used outside of LiveProvider, which is a mistake in the page. */
export function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === null) throw new Error("useLive needs a LiveProvider above it.");
  return live;
}
