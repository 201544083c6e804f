import { QueryClient } from "@tanstack/react-query";
import { OutageError } from "./problem.ts";

const outageRetries = 2;

/**
 * Builds the cache of the page. Nothing polls and nothing refetches because a window gained focus: the live stream says
 * what changed. Only an outage is tried again; a refusal is final.
 */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
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
