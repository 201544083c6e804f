import { cleanup, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { SessionContext } from "../../api/session/session-context.ts";
import { sessionOf } from "../../api/session/session-fixtures.ts";
import { type Answer, renderWithServer } from "../engines/render-with-server.tsx";
import { SettingsIndex } from "./SettingsIndex.tsx";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const answer: Answer = ({ path }) => {
  if (path === "/admin/sessions") return [{ id: "s1" }, { id: "s2" }];
  if (path === "/admin/tokens")
    return [{ revoked_at: null, expires_at: null }, { revoked_at: "2026-11-21T00:00:00Z" }];
  return [];
};

const sectionOf = (title: string) => screen.getByText(title).closest("li");

test("an administrator finds every section with how it stands", async () => {
  await renderWithServer(<SettingsIndex />, answer, "/settings");
  await waitFor(() => expect(sectionOf("Sessions")?.textContent).toContain("2 browsers"));
  await waitFor(() => expect(sectionOf("API tokens")?.textContent).toContain("1 token"));
  expect(sectionOf("Account")?.textContent).toContain("administrator");
  const links = screen.getAllByRole("link").map((link) => link.getAttribute("href"));
  expect(links).toEqual([
    "/settings/account",
    "/settings/sessions",
    "/settings/tokens",
    "/settings/alerts",
    "/settings/connections",
    "/settings/audit",
  ]);
});

test("the audit log is closed to a viewer, with the reason", async () => {
  await renderWithServer(
    <SessionContext value={sessionOf("viewer")}>
      <SettingsIndex />
    </SessionContext>,
    answer,
    "/settings",
  );
  const log = sectionOf("Audit log");
  expect(log?.textContent).toContain("Your role, viewer, may not do this: ask an administrator.");
  expect(log?.querySelector("a")).toBeNull();
});

test("an outage is told, and the sections stay within reach", async () => {
  await renderWithServer(<SettingsIndex />, () => new Response("", { status: 502 }), "/settings");
  expect(await screen.findByText("The server does not answer")).toBeTruthy();
  expect(screen.getAllByRole("link")).toHaveLength(6);
});
