import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRootRoute, createRouter, RouterContextProvider } from "@tanstack/react-router";
import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { LiveProvider } from "../../../api/live/LiveProvider.tsx";
import type { Alert, AlertDelivery } from "../../../api/monitor-rows.ts";
import { AlertsPage } from "./AlertsPage.tsx";

// jsdom knows neither modal dialogs nor popovers: opening and closing one is all that the page asks of them.
beforeAll(() => {
  HTMLElement.prototype.hidePopover = () => undefined;
  HTMLDialogElement.prototype.showModal = function showModal(this: HTMLDialogElement) {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close(this: HTMLDialogElement) {
    this.open = false;
  };
});

const alert: Alert = {
  id: "a1",
  name: "Long queue",
  rule: { kind: "queue_age", minutes: 10 },
  is_enabled: true,
  webhook_url: "https://hooks.example.org/…3fXa",
  has_webhook_secret: true,
  emails: [],
  firing: null,
  last_fired_at: null,
  last_delivery: null,
  created_at: "2026-11-22T03:00:00.000Z",
  updated_at: "2026-11-22T03:00:00.000Z",
  version: 1,
};
const delivery: AlertDelivery = {
  id: "d1",
  alert_id: "a1",
  event_id: null,
  kind: "test",
  channel: "webhook",
  target: "https://hooks.example.org/…3fXa",
  status: "failed",
  attempts: 1,
  next_attempt_at: null,
  http_status: 500,
  error_message: "The receiver answered 500.",
  duration_ms: 12,
  created_at: "2026-11-22T03:00:00.000Z",
  completed_at: "2026-11-22T03:00:00.000Z",
};

let alerts: Alert[];
let mail: boolean;
let sent: { method: string; path: string; body: Record<string, unknown> }[];

/** A server with these alerts: it answers as the routes do. */
function answer(method: string, path: string, body: Record<string, unknown>): unknown {
  if (method === "GET" && path === "/admin/alerts") return alerts;
  if (path === "/admin/alerts/mail") return { is_configured: mail };
  if (path.endsWith("/deliveries")) return [delivery];
  if (path.endsWith("/test")) return { deliveries: [delivery] };
  sent.push({ method, path, body });
  if (method === "POST") {
    const made = { ...alert, ...body, id: `made-${sent.length}` };
    alerts = [...alerts, made];
    return { alert: made, webhook_secret: typeof body.webhook_url === "string" ? "whsec_abc" : null };
  }
  alerts = method === "DELETE" ? [] : alerts.map((one) => ({ ...one, ...body }));
  return { alert: alerts[0], webhook_secret: body.renew_webhook_secret === true ? "whsec_new" : null };
}

beforeEach(() => {
  alerts = [alert];
  mail = true;
  sent = [];
  vi.stubGlobal("fetch", async (address: string, init: RequestInit = {}) => {
    const method = init.method ?? "GET";
    const body = typeof init.body === "string" ? JSON.parse(init.body) : {};
    const path = address.replace("/api/v1", "").replace(/\?.*/, "");
    if (method === "DELETE") {
      answer(method, path, body);
      return new Response(null, { status: 204 });
    }
    return Response.json(answer(method, path, body));
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function show(): void {
  const router = createRouter({ routeTree: createRootRoute() });
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <RouterContextProvider router={router}>
        <LiveProvider join={() => () => undefined}>
          <AlertsPage />
        </LiveProvider>
      </RouterContextProvider>
    </QueryClientProvider>,
  );
}

test("an alert stands with its rule, its receiver and how it stands", async () => {
  alerts = [
    {
      ...alert,
      firing: { event_id: "e", since: "2026-11-22T03:04:00.000Z", sentence: "“Tides” has waited 12 m." },
      last_delivery: { at: "2026-11-22T03:04:01.000Z", status: "failed" },
    },
    { ...alert, id: "a2", name: "Off", is_enabled: false, webhook_url: null, has_webhook_secret: false },
  ];
  show();
  const list = within(await screen.findByRole("list", { name: "Alerts" }));
  const [first, second] = list.getAllByRole("listitem");
  expect(first?.textContent).toContain("firing");
  expect(first?.textContent).toContain("“Tides” has waited 12 m.");
  expect(first?.textContent).toContain("A job waits longer than 10 minutes for a worker");
  expect(first?.textContent).toContain("hooks.example.org");
  expect(first?.textContent).toContain("not delivered");
  expect(second?.textContent).toContain("off");
  expect(second?.textContent).toContain("shows on the dashboard only");
  const test = within(second!).getByRole("button", { name: /Send a test/ });
  expect(test.getAttribute("title")).toBe("It tells nobody yet: edit it and name a receiver.");
});

test("without any, five sensible ones are one press away", async () => {
  alerts = [];
  show();
  await userEvent.click(await screen.findByRole("button", { name: "Add these five" }));
  await waitFor(() => expect(screen.getAllByRole("switch")).toHaveLength(5));
  expect(sent.map(({ body }) => body.rule)).toMatchObject([
    { kind: "failure_rate" },
    { kind: "stuck_job" },
    { kind: "queue_age" },
    { kind: "spend_per_day" },
    { kind: "provider_down" },
  ]);
});

test("the form shows the fields of the kind, says what is wrong, and the secret is shown once", async () => {
  show();
  await userEvent.click(await screen.findByRole("button", { name: "Add an alert" }));
  const dialog = within(screen.getByRole("dialog", { name: "Add an alert" }));
  expect(dialog.getByLabelText("Within")).toBeTruthy();
  await userEvent.selectOptions(dialog.getByLabelText("Rule"), "A day costs too much");
  expect(dialog.queryByLabelText("Within")).toBeNull();
  await userEvent.clear(dialog.getByLabelText("More than"));
  expect(dialog.queryByText("Give the alert a name.")).toBeNull();
  await userEvent.click(dialog.getByRole("button", { name: "Add the alert" }));
  expect(dialog.getByText("Give the alert a name.")).toBeTruthy();
  expect(dialog.getByText("Write a number from 0.01 to 1,000,000.")).toBeTruthy();
  expect(sent).toEqual([]);
  await userEvent.type(dialog.getByLabelText("Name"), "Expensive day");
  await userEvent.type(dialog.getByLabelText("More than"), "12.5");
  expect(dialog.getByText("A day costs more than $12.50.")).toBeTruthy();
  await userEvent.type(dialog.getByLabelText("Webhook"), "https://example.org/hook");
  await userEvent.click(dialog.getByRole("button", { name: "Add the alert" }));
  const secret = within(await screen.findByRole("dialog", { name: "Keep the signing secret" }));
  expect(secret.getByText("whsec_abc")).toBeTruthy();
  expect(sent[0]).toEqual({
    method: "POST",
    path: "/admin/alerts",
    body: {
      name: "Expensive day",
      rule: { kind: "spend_per_day", usd: 12.5 },
      webhook_url: "https://example.org/hook",
      emails: [],
    },
  });
  await userEvent.click(secret.getByRole("button", { name: "I have kept it" }));
  expect(screen.queryByText("whsec_abc")).toBeNull();
});

test("a stored webhook is shown shortened, kept by an edit, and taken away when asked", async () => {
  show();
  const edit = async () => {
    await userEvent.click(await screen.findByRole("button", { name: "More for Long queue" }));
    await userEvent.click(screen.getByRole("menuitem", { name: "Edit", hidden: true }));
    return within(screen.getByRole("dialog", { name: "Edit the alert" }));
  };
  const first = await edit();
  expect(first.getByLabelText<HTMLInputElement>("Webhook").value).toBe("");
  expect(first.getByText(/https:\/\/hooks\.example\.org\/…3fXa/)).toBeTruthy();
  await userEvent.click(first.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]?.body).not.toHaveProperty("webhook_url");
  const second = await edit();
  await userEvent.click(second.getByRole("checkbox", { name: "Take the webhook away" }));
  await userEvent.click(second.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(sent[1]?.body).toMatchObject({ webhook_url: null }));
});

test("without a mail server the field says which setting is missing", async () => {
  mail = false;
  show();
  await userEvent.click(await screen.findByRole("button", { name: "Add an alert" }));
  const field = await screen.findByLabelText("E-mail addresses");
  await waitFor(() => expect((field as HTMLTextAreaElement).disabled).toBe(true));
  expect(screen.getByText(/COURSEWRIGHT_SMTP_URL/)).toBeTruthy();
});

test("a test tells what each receiver answered, and the log lists it", async () => {
  show();
  await userEvent.click(await screen.findByRole("button", { name: "Send a test" }));
  const answers = await screen.findByRole("list", { name: "Answers to the test" });
  expect(answers.textContent).toContain("not delivered");
  expect(answers.textContent).toContain("The receiver answered 500.");
});

test("an alert is switched off, and deleted only after a question", async () => {
  show();
  await userEvent.click(await screen.findByRole("switch", { name: "Watch: Long queue" }));
  await waitFor(() => expect(sent.at(-1)?.body).toEqual({ is_enabled: false }));
  await userEvent.click(screen.getByRole("menuitem", { name: "Delete", hidden: true }));
  const question = within(screen.getByRole("dialog", { name: "Delete this alert?" }));
  expect(sent.some(({ method }) => method === "DELETE")).toBe(false);
  await userEvent.click(question.getByRole("button", { name: "Delete the alert" }));
  await waitFor(() => expect(sent.at(-1)).toMatchObject({ method: "DELETE", path: "/admin/alerts/a1" }));
  expect(await screen.findByRole("button", { name: "Add these five" })).toBeTruthy();
});
