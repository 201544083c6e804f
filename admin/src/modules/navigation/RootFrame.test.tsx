import { cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import type { SessionState } from "../../api/account-rows.ts";
import { nobody, sessionOf } from "../../api/session/session-fixtures.ts";
import { refusal, renderApp } from "../session/render-app.tsx";
import { initialsOf } from "./initials.ts";

afterEach(() => {
  cleanup();
  sessionStorage.clear();
  vi.unstubAllGlobals();
});

const person = (id: string, name: string): Partial<SessionState> => ({
  user: { id, name, email: `${name}@example.org`, role: "viewer" },
  session_id: `session-of-${id}`,
});

test("an outage at the start is shown as one, not as signed out, and the page goes on by itself", async () => {
  const server: { session: SessionState | Response } = {
    session: new Response("Bad gateway", { status: 502 }),
  };
  const app = await renderApp("/settings/account", server);
  expect((await screen.findByRole("alert")).textContent).toContain("The server does not answer");
  expect(screen.getByText(/You are not signed out by this/)).toBeTruthy();
  expect(app.address()).toBe("/settings/account");
  server.session = sessionOf("admin");
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("heading", { name: "Account" })).toBeTruthy();
});

test("a viewer finds the tab of the users disabled with the reason, and nothing of an administrator is asked for", async () => {
  const app = await renderApp("/users", { session: sessionOf("viewer") });
  expect(await screen.findByRole("heading", { name: "Users: for administrators only" })).toBeTruthy();
  const tabs = within(screen.getAllByRole("navigation", { name: "Main" })[0] as HTMLElement);
  expect(tabs.getAllByRole("link")).toHaveLength(5);
  const users = tabs.getByRole("button", { name: /^Users/ });
  expect(users.getAttribute("aria-disabled")).toBe("true");
  expect(users.title).toBe("Your role, viewer, may not do this: ask an administrator.");
  expect(app.asked.filter(({ path }) => path.startsWith("/admin/users"))).toEqual([]);
});

test("a learner reads that the dashboard is not for them, and can sign out", async () => {
  const server: { session: SessionState } = { session: sessionOf("learner") };
  const app = await renderApp("/units", server, () => {
    server.session = nobody();
    return undefined;
  });
  await userEvent.click(await screen.findByRole("button", { name: "Sign out" }));
  expect(await screen.findByRole("heading", { name: "Sign in" })).toBeTruthy();
  expect(app.asked.filter(({ path }) => path !== "/auth/session").map(({ path }) => path)).toEqual([
    "/auth/sign-out",
  ]);
});

test("a request that finds the session ended leads to the sign-in page, and back", async () => {
  const server: { session: SessionState } = { session: sessionOf("viewer") };
  let ended = false;
  const app = await renderApp("/settings/account", server, () =>
    ended ? refusal(401, "sign_in_required", "Sign in first") : refusal(404, "not_found", "Not found"),
  );
  const name = await screen.findByRole("textbox", { name: "Name" });
  ended = true;
  server.session = nobody();
  await userEvent.type(name, " the second{Enter}");
  expect(await screen.findByText(/Your session has ended/)).toBeTruthy();
  expect(app.address()).toBe("/sign-in?to=%2Fsettings%2Faccount&reason=session_ended");
});

test("an outage while signed in signs nobody out", async () => {
  const server: { session: SessionState | Response } = { session: sessionOf("viewer") };
  const app = await renderApp("/settings/account", server);
  await screen.findByRole("heading", { name: "Account" });
  server.session = new Response("Bad gateway", { status: 502 });
  app.doubtSession();
  await waitFor(() => expect(app.asked.filter(({ path }) => path === "/auth/session")).toHaveLength(2));
  expect(screen.getByRole("heading", { name: "Account" })).toBeTruthy();
});

test("nothing of one person is left for the next", async () => {
  const server: { session: SessionState } = { session: sessionOf("viewer", person("a", "Ann")) };
  const app = await renderApp("/settings/account", server, () => refusal(404, "not_found", "Not found"));
  await screen.findByRole("button", { name: "Account: Ann" });
  sessionStorage.setItem("coursewright.recent-places", '[{"href":"/units/1"}]');
  const before = app.asked.filter(({ path }) => path === "/admin/health").length;
  server.session = sessionOf("viewer", person("b", "Bob"));
  app.doubtSession();
  await screen.findByRole("button", { name: "Account: Bob" });
  expect(screen.queryByText(/Ann/)).toBeNull();
  expect(sessionStorage.getItem("coursewright.recent-places")).toBeNull();
  await waitFor(() =>
    expect(app.asked.filter(({ path }) => path === "/admin/health").length).toBeGreaterThan(before),
  );
});

test.each([
  ["Local administrator", "LA"],
  ["ann", "A"],
  ["  ", "?"],
  ["Ærla von (Hohenheim)", "ÆH"],
])("%s has the initials %s", (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});
