import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { act, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";
import { LiveProvider } from "../../api/live/LiveProvider.tsx";
import type { LiveReader } from "../../api/live/live-channel.ts";
import type { LiveChange } from "../../api/live/live-messages.ts";
import { formatSearch, parseSearch } from "../../ui/link/search-params.ts";
import { ToastRegion } from "../../ui/overlay/ToastRegion.tsx";

/** What the server was asked, with the body as it was read. */
export type Asked = { method: string; path: string; body: Record<string, unknown> };

/** Answers a request: a body, or a whole response for anything else than 200. */
export type Answer = (asked: Asked) => unknown;

/** A refusal as the server words it. */
export function refusal(status: number, code: string, title: string, detail: string, issues: unknown[] = []) {
  return Response.json({ status, code, title, detail, issues }, { status });
}

/** jsdom knows neither modal dialogs nor popovers: opening and closing one is all that the pages ask of them. */
export function teachDialogs(): void {
  HTMLElement.prototype.hidePopover = () => undefined;
  HTMLElement.prototype.scrollIntoView = () => undefined;
  HTMLDialogElement.prototype.showModal = function showModal(this: HTMLDialogElement) {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close(this: HTMLDialogElement) {
    this.open = false;
  };
}

/** Shows content on a page of its own over a server that answers as told; `tell` passes on what the stream says. */
export async function renderWithServer(content: ReactNode, answer: Answer, address = "/") {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit = {}) => {
    const request: Asked = {
      method: init.method ?? "GET",
      path: url.replace("/api/v1", ""),
      body: typeof init.body === "string" ? JSON.parse(init.body) : {},
    };
    asked.push(request);
    const found = answer(request);
    if (found instanceof Response) return found;
    return found === undefined ? new Response(null, { status: 204 }) : Response.json(found);
  });
  let read: LiveReader = () => undefined;
  const join = (reader: LiveReader) => {
    read = reader;
    return () => undefined;
  };
  const router = createRouter({
    routeTree: createRootRoute({
      component: () => (
        <div data-testid="page">
          {content}
          <ToastRegion />
        </div>
      ),
      // Going elsewhere shows the same page, so that what is left behind can be looked at.
      notFoundComponent: () => null,
    }),
    history: createMemoryHistory({ initialEntries: [address] }),
    parseSearch,
    stringifySearch: formatSearch,
  });
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <LiveProvider join={join}>
        <RouterProvider router={router} />
      </LiveProvider>
    </QueryClientProvider>,
  );
  await screen.findByTestId("page");
  return {
    asked,
    writes: () => asked.filter(({ method }) => method !== "GET"),
    tell: (...changes: LiveChange[]) => act(() => read({ kind: "changes", changes })),
    address: () => router.state.location.href,
  };
}
