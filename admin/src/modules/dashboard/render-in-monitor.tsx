import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { act, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { itemQueryKey } from "../../api/item-query.ts";
import { LiveProvider } from "../../api/live/LiveProvider.tsx";
import type { LiveReader } from "../../api/live/live-channel.ts";
import type { LiveMessage } from "../../api/live/live-messages.ts";
import { formatSearch, parseSearch } from "../../ui/link/search-params.ts";
import { AnswerMomentProvider } from "./answer-moment.tsx";
import { sampleMoment } from "./monitor-fixtures.ts";

type MonitorOptions = {
  isPast?: boolean;
  /** The address of the page. */
  address?: string;
  /** Answers that are there already, by path, with the query where they were asked with one. */
  answers?: Record<string, unknown>;
  /** How many connections to Prefect there are. */
  connections?: number;
};

/** Shows a part of the monitor as if an answer had come just now; `tell` passes on what the stream says. */
export async function renderInMonitor(content: ReactNode, options: MonitorOptions = {}) {
  const { isPast = false, address = "/", answers = {}, connections = 0 } = options;
  const moment = { as_of: sampleMoment, readAt: Date.now(), isPast, onChanged: () => undefined };
  let read: LiveReader = () => undefined;
  const join = (reader: LiveReader) => {
    read = reader;
    return () => undefined;
  };
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  const named = Array.from({ length: connections }, (_, index) => ({
    id: `c${index}`,
    name: `cellar ${index}`,
  }));
  client.setQueryData(["item", "prefect-connections"], named);
  for (const [asked, answer] of Object.entries(answers)) {
    const [path = "", search = ""] = asked.split("?", 2);
    client.setQueryData(itemQueryKey(path, parseSearch(search)), answer);
  }
  const router = createRouter({
    routeTree: createRootRoute({
      component: () => (
        <div data-testid="monitor">
          <AnswerMomentProvider value={moment}>{content}</AnswerMomentProvider>
        </div>
      ),
    }),
    history: createMemoryHistory({ initialEntries: [address] }),
    parseSearch,
    stringifySearch: formatSearch,
  });
  render(
    <QueryClientProvider client={client}>
      <LiveProvider join={join}>
        <RouterProvider router={router} />
      </LiveProvider>
    </QueryClientProvider>,
  );
  await screen.findByTestId("monitor");
  return {
    tell: (message: LiveMessage) => act(() => read(message)),
    address: () => router.state.location.pathname + router.state.location.searchStr,
  };
}
