import { QueryClient } from "@tanstack/react-query";
import { OutageError } from "./problem.ts";

/** What nothing changed is as good as new for this long; the live stream shortens it. */
export const keptFreshMs = 10_000;

const outageRetries = 2;

/**
 * Builds the cache of the page. Nothing polls by itself and nothing refetches because a window gained focus: the live stream says
 * what changed. Only an outage is tried again; a refusal is final.
 */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: keptFreshMs,
        gcTime: 300_000,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        // The server may run on this very machine: being offline says nothing about reaching it.
        networkMode: "always",
        retry: (failures, error) => error instanceof OutageError && failures < outageRetries,
        retryDelay: (attempt) => 400 * 2 ** attempt,
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}
