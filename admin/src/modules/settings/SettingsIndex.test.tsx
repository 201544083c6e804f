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
  if (path === "/admin/audit-log/extent")
    return { newest_seq: 3, since: "2025-03-04T12:00:00.000Z", removed: 0, keep_days: 400 };
  return [];
};

const sectionOf = (title: string) => screen.getByText(title).closest("li");

test("an administrator finds every section with how it stands", async () => {
  await renderWithServer(<SettingsIndex />, answer, "/settings");
  await waitFor(() => expect(sectionOf("Sessions")?.textContent).toContain("2 browsers"));
  await waitFor(() => expect(sectionOf("API tokens")?.textContent).toContain("1 token"));
  await waitFor(() => expect(sectionOf("Audit log")?.textContent).toMatch(/since .*2025/));
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

test("the audit log is closed to a viewer, with the reason, and not asked for", async () => {
  const { asked } = await renderWithServer(
    <SessionContext value={sessionOf("viewer")}>
      <SettingsIndex />
    </SessionContext>,
    answer,
    "/settings",
  );
  const log = sectionOf("Audit log");
  expect(log?.textContent).toContain("Your role, viewer, may not do this: ask an administrator.");
  expect(log?.querySelector("a")).toBeNull();
  await waitFor(() => expect(sectionOf("Sessions")?.textContent).toContain("2 browsers"));
  expect(asked.filter(({ path }) => path.startsWith("/admin/audit-log"))).toEqual([]);
});

test("an outage is told, and the sections stay within reach", async () => {
  await renderWithServer(<SettingsIndex />, () => new Response("", { status: 502 }), "/settings");
  expect(await screen.findByText("The server does not answer")).toBeTruthy();
  expect(screen.getAllByRole("link")).toHaveLength(6);
});
