import { QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useCallback, useState } from "react";
import { LiveProvider } from "../live/LiveProvider.tsx";
import { joinLiveChannel, type LiveReader } from "../live/live-channel.ts";
import { createQueryClient } from "../query-client.ts";
import { placeFor } from "./session-place.ts";
import { useSession } from "./use-session.ts";

/**
 * Everything that is kept for one person in one role: what was fetched and what the stream told. A change of person drops
 * it all, with whatever is still under way, and opens a stream of their own.
 */
export function PersonScope({ children }: { children: ReactNode }) {
  const { user } = useSession();
  return <Scope key={user === null ? "nobody" : `${user.id} ${user.role}`}>{children}</Scope>;
}

function Scope({ children }: { children: ReactNode }) {
  const session = useSession();
  const [queryClient] = useState(createQueryClient);
  // A role of its own, because the former one's stream ends while this one begins.
  const live =
    placeFor(session) === "dashboard" ? `${session.session_id ?? ""}-${session.user?.role ?? ""}` : null;
  const join = useCallback(
    (read: LiveReader) => (live === null ? () => undefined : joinLiveChannel(live, read)),
    [live],
  );
  return (
    <QueryClientProvider client={queryClient}>
      <LiveProvider join={join}>{children}</LiveProvider>
    </QueryClientProvider>
  );
}
