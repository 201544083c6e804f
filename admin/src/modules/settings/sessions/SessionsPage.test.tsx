import { cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Session } from "../../../api/account-rows.ts";
import { type Answer, renderWithServer, teachDialogs } from "../../engines/render-with-server.tsx";
import { SessionsPage } from "./SessionsPage.tsx";

beforeAll(teachDialogs);
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const here: Session = {
  id: "s1",
  is_current: true,
  created_at: "2026-11-22T08:00:00.000Z",
  last_used_at: "2026-11-22T09:00:00.000Z",
  expires_at: "2026-11-23T09:00:00.000Z",
  address: "127.0.0.1",
  user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
};
const elsewhere: Session = {
  ...here,
  id: "s/2",
  is_current: false,
  user_agent: "<b>curl</b>",
  address: null,
};

let sessions: Session[];
const answer: Answer = ({ method, path }) => {
  if (method === "GET") return sessions;
  const ended = sessions.length;
  sessions = sessions.filter(({ is_current }) => is_current);
  return path === "/admin/sessions" ? { ended: ended - sessions.length } : undefined;
};

beforeEach(() => {
  sessions = [here, elsewhere];
});

test("this session is marked and cannot be ended from here, another one can after a question", async () => {
  const page = await renderWithServer(<SessionsPage />, answer, "/settings/sessions");
  const list = within(await screen.findByRole("list", { name: "Sessions" }));
  const [first, second] = list.getAllByRole("listitem");
  expect(first?.textContent).toContain("Firefox on Linux");
  expect(first?.textContent).toContain("this one");
  expect(within(first!).getByRole("button").getAttribute("aria-disabled")).toBe("true");
  expect(second?.textContent).toContain("<b>curl</b>");
  expect(second?.querySelector("b")).toBeNull();
  await userEvent.click(within(second!).getByRole("button"));
  expect(page.writes()).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "End the session" }));
  await waitFor(() =>
    expect(page.writes()).toMatchObject([{ method: "DELETE", path: "/admin/sessions/s%2F2" }]),
  );
  await waitFor(() => expect(list.getAllByRole("listitem")).toHaveLength(1));
});

test("all others end together; without others the button says so", async () => {
  sessions = [here, elsewhere, { ...elsewhere, id: "s3" }];
  await renderWithServer(<SessionsPage />, answer, "/settings/sessions");
  await userEvent.click(await screen.findByRole("button", { name: "End all others" }));
  const question = within(screen.getByRole("dialog", { name: "End all other sessions?" }));
  expect(question.getByText(/2 other sessions end at once/)).toBeTruthy();
  await userEvent.click(question.getByRole("button", { name: "End all others" }));
  expect(await screen.findByText("2 sessions have ended.")).toBeTruthy();
  const button = await screen.findByRole("button", {
    name: /End all others: You are signed in nowhere else/,
  });
  expect(button.getAttribute("aria-disabled")).toBe("true");
});

test("a failure is told with a way to try again", async () => {
  await renderWithServer(<SessionsPage />, () => new Response("", { status: 502 }), "/settings/sessions");
  expect(await screen.findByText("The server does not answer")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Try again" })).toBeTruthy();
});
