import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { act, render } from "@testing-library/react";
import { vi } from "vitest";
import type { SessionState } from "../../api/account-rows.ts";

/** What the server was asked, with the body as it was read. */
export type Asked = { method: string; path: string; body: Record<string, unknown> };

/** A refusal as the server words it. */
export function refusal(status: number, code: string, title: string, detail = "", headers = {}): Response {
  return Response.json({ status, code, title, detail, issues: [] }, { status, headers });
}

class SilentSource extends EventTarget {
  readonly readyState = 1;
  close(): void {
    // Nothing was open.
  }
}

/** jsdom draws no popovers and scrolls nothing. */
function teachPage(): void {
  HTMLElement.prototype.hidePopover = () => undefined;
  HTMLElement.prototype.scrollIntoView = () => undefined;
  window.scrollTo = () => undefined;
  vi.stubGlobal("EventSource", SilentSource);
}

/**
 * Shows the whole dashboard at an address, over a server whose session is `server.session` and which answers everything else
 * as told; undefined is an answer without a body.
 */
export async function renderApp(
  address: string,
  server: { session: SessionState | Response },
  answer: (asked: Asked) => unknown = () => refusal(404, "not_found", "Not found"),
) {
  teachPage();
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit = {}) => {
    const request: Asked = {
      method: init.method ?? "GET",
      path: url.replace("/api/v1", ""),
      body: typeof init.body === "string" ? JSON.parse(init.body) : {},
    };
    asked.push(request);
    const found = request.path === "/auth/session" ? server.session : answer(request);
    if (found instanceof Response) return found.clone();
    return found === undefined ? new Response(null, { status: 204 }) : Response.json(found);
  });
  // What a page knows of its session outlives a component: each test starts with a page of its own.
  vi.resetModules();
  const { SessionProvider } = await import("../../api/session/SessionProvider.tsx");
  const { PersonScope } = await import("../../api/session/PersonScope.tsx");
  const { createAppRouter } = await import("../../routes.tsx");
  const { ServerAway, Starting } = await import("./Starting.tsx");
  const { RoleChangeToast } = await import("./RoleChangeToast.tsx");
  const { doubtSession } = await import("../../api/session/session-store.ts");
  const router = createAppRouter(createMemoryHistory({ initialEntries: [address] }));
  const page = render(
    <SessionProvider waiting={<Starting />} away={(error) => <ServerAway error={error} />}>
      <RoleChangeToast />
      <PersonScope>
        <RouterProvider router={router} />
      </PersonScope>
    </SessionProvider>,
  );
  const visit = (href: string) => act(() => router.navigate({ href }));
  return { asked, page, doubtSession, visit, address: () => router.state.location.href };
}
