import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRootRoute, createRouter, RouterContextProvider } from "@tanstack/react-router";
import { act, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";
import { LiveProvider } from "../../../api/live/LiveProvider.tsx";
import type { LiveReader } from "../../../api/live/live-channel.ts";
import type { LiveChange } from "../../../api/live/live-messages.ts";

/** What a test's server answers: by `METHOD /path` with a value, or with a function of the sent body. */
export type Answers = Record<string, unknown>;

/** A refusal in the form that the server sends. */
export class Refused {
  readonly problem: { status: number; code: string; title: string; detail: string };
  constructor(status: number, code: string, title: string, detail: string) {
    this.problem = { status, code, title, detail };
  }
}

type Sent = { method: string; path: string; body: unknown };

/** Shows a part of the page before a server that answers `answers`; `tell` passes on what the stream says. */
export function renderWithAnswers(content: ReactNode, answers: Answers) {
  const sent: Sent[] = [];
  vi.stubGlobal("fetch", async (address: string, init: RequestInit = {}) => {
    const method = init.method ?? "GET";
    const path = address.replace("/api/v1", "").replace(/\?.*/, "");
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : undefined;
    if (method !== "GET") sent.push({ method, path, body });
    const given = answers[`${method} ${path}`] ?? answers[path];
    const answer = typeof given === "function" ? given(body) : given;
    if (answer instanceof Refused)
      return new Response(JSON.stringify(answer.problem), { status: answer.problem.status });
    return answer === undefined
      ? new Response(null, { status: 204 })
      : new Response(JSON.stringify(answer), { status: 200 });
  });
  let read: LiveReader = () => undefined;
  const join = (reader: LiveReader) => {
    read = reader;
    return () => undefined;
  };
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  const router = createRouter({ routeTree: createRootRoute() });
  render(
    <QueryClientProvider client={client}>
      <LiveProvider join={join}>
        <RouterContextProvider router={router}>{content}</RouterContextProvider>
      </LiveProvider>
    </QueryClientProvider>,
  );
  return {
    sent,
    tell: (change: LiveChange) => act(() => read({ kind: "changes", changes: [change] })),
  };
}

/** jsdom knows no modal dialogs: opening and closing one is all that pages ask of them. */
export function letDialogsOpen(): void {
  HTMLDialogElement.prototype.showModal = function showModal(this: HTMLDialogElement) {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close(this: HTMLDialogElement) {
    this.open = false;
  };
}
