import { cleanup, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Connection } from "../../api/engine-rows.ts";
import type { LiveChange } from "../../api/live/live-messages.ts";
import { ConnectionBanner } from "./ConnectionBanner.tsx";
import { downConnection, sampleConnection } from "./engine-fixtures.ts";
import { renderWithServer } from "./render-with-server.tsx";

beforeEach(() => sessionStorage.clear());
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const changeTo = (connection: Connection, part: Partial<Connection>): LiveChange => ({
  entity: "connection",
  id: connection.id,
  parents: {},
  version: connection.version + 1,
  patch: { ...connection, ...part },
});

test("an outage says since when, as of when the rows are, and where to look", async () => {
  await renderWithServer(<ConnectionBanner />, () => [downConnection]);
  const banner = await screen.findByRole("status");
  expect(banner.textContent).toContain("Prefect “Production” does not answer since");
  expect(banner.textContent).toContain("its jobs are shown as of");
  expect(banner.textContent).toContain("Our own generation is not affected.");
  expect(banner.querySelector("a")?.getAttribute("href")).toBe(
    `/settings/connections?open=${downConnection.id}`,
  );
});

test("it comes and goes with the stream, without asking the server again", async () => {
  const page = await renderWithServer(<ConnectionBanner of={[sampleConnection.id]} />, () => [
    sampleConnection,
  ]);
  await waitFor(() => expect(page.asked).toHaveLength(1));
  expect(screen.queryByRole("status")).toBeNull();
  await waitFor(() => {
    page.tell(
      changeTo(sampleConnection, { health: "auth_failed", health_since: "2026-11-22T03:06:00.000Z" }),
    );
    expect(screen.getByRole("status").textContent).toContain("does not accept the credentials");
  });
  page.tell(changeTo({ ...sampleConnection, version: 9 }, { health: "live" }));
  await waitFor(() => expect(screen.queryByRole("status")).toBeNull());
  expect(page.asked).toHaveLength(1);
});

test("a page without rows of the connection says nothing, one without any of Prefect does not even ask", async () => {
  const ours = await renderWithServer(<ConnectionBanner of={[null, undefined]} />, () => [downConnection]);
  expect(ours.asked).toEqual([]);
  cleanup();
  const another = await renderWithServer(<ConnectionBanner of={["another", null]} />, () => [downConnection]);
  await waitFor(() => expect(another.asked).toHaveLength(1));
  expect(screen.queryByRole("status")).toBeNull();
});

test("a connection that was never read has no rows to warn of", async () => {
  const never = { ...downConnection, last_sync_at: null };
  const page = await renderWithServer(<ConnectionBanner />, () => [never]);
  await waitFor(() => expect(page.asked).toHaveLength(1));
  await waitFor(() => {
    page.tell(changeTo(never, { last_sync_at: "2026-11-22T03:04:00.000Z" }));
    expect(screen.getByRole("status").textContent).toContain("as of");
  });
});

test("a dismissed outage stays away, the next one of the same connection comes", async () => {
  const page = await renderWithServer(<ConnectionBanner />, () => [downConnection]);
  await userEvent.click(await screen.findByRole("button", { name: /Do not show this outage/ }));
  expect(screen.queryByRole("status")).toBeNull();
  cleanup();
  const again = await renderWithServer(<ConnectionBanner />, () => [downConnection]);
  await waitFor(() => expect(again.asked).toHaveLength(1));
  expect(screen.queryByRole("status")).toBeNull();
  expect(page.asked).toHaveLength(1);
  await waitFor(() => {
    again.tell(changeTo(downConnection, { health_since: "2026-11-22T05:00:00.000Z" }));
    expect(screen.getByRole("status").textContent).toContain("does not answer");
  });
});
