import { cleanup, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import type { SignInLink } from "../../../api/account-rows.ts";
import { nobody, sessionOf } from "../../../api/session/session-fixtures.ts";
import { refusal, renderApp } from "../render-app.tsx";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const secret = "s".repeat(43);
const invitation: SignInLink = {
  kind: "invitation",
  name: "Ann",
  email: "ann@example.org",
  role: "operator",
  expires_at: "2026-11-29T10:00:00.000Z",
  asks_for: ["password"],
};

/** A server with one link, which works once. */
function serverWith(link: SignInLink) {
  const server = { session: nobody() };
  let used = false;
  const answer = ({ path }: { path: string }) => {
    if (!path.startsWith("/auth/links/")) return refusal(404, "not_found", "Not found");
    if (used) return refusal(404, "link_invalid", "Link not valid");
    if (path === "/auth/links/look") return link;
    used = true;
    server.session = sessionOf(link.role);
    return { status: "signed_in" };
  };
  return { server, answer };
}

test("the link of this machine signs in at once, is used once, and leaves the address", async () => {
  const { server, answer } = serverWith({
    ...invitation,
    kind: "local_sign_in",
    email: null,
    role: "admin",
    asks_for: [],
  });
  const app = await renderApp(`/setup/${secret}`, server, answer);
  await waitFor(() => expect(app.address()).toBe("/"));
  const uses = app.asked.filter(({ path }) => path === "/auth/links/use");
  expect(uses.map(({ body }) => body)).toEqual([{ token: secret }]);
});

test("an invitation greets by name, asks for a password of twelve characters and signs in", async () => {
  const { server, answer } = serverWith(invitation);
  const app = await renderApp(`/setup/${secret}`, server, answer);
  expect(await screen.findByRole("heading", { name: "Welcome, Ann" })).toBeTruthy();
  expect(screen.getByText(/as an operator/)).toBeTruthy();
  expect(screen.getByRole<HTMLInputElement>("textbox", { name: "E-mail" }).readOnly).toBe(true);
  const password = screen.getByLabelText<HTMLInputElement>("Password");
  expect(password.autocomplete).toBe("new-password");
  await userEvent.type(password, "short{Enter}");
  expect(screen.getByText("Choose at least 12 characters.")).toBeTruthy();
  expect(app.asked.some(({ path }) => path === "/auth/links/use")).toBe(false);
  await userEvent.type(password, " but now it is long{Enter}");
  await waitFor(() => expect(app.address()).toBe("/"));
  const sent = app.asked.find(({ path }) => path === "/auth/links/use");
  expect(sent?.body).toEqual({ token: secret, password: "short but now it is long" });
});

test("a password that the server finds too easy is told at its field", async () => {
  await renderApp(`/setup/${secret}`, { session: nobody() }, ({ path }) =>
    path === "/auth/links/look"
      ? invitation
      : refusal(422, "password_weak", "Password too easy to guess", "It is among the well-known ones."),
  );
  await userEvent.type(await screen.findByLabelText("Password"), "passwordpassword{Enter}");
  expect(await screen.findByText("It is among the well-known ones.")).toBeTruthy();
  expect(screen.getByLabelText("Password").getAttribute("aria-invalid")).toBe("true");
});

test("a dead link says what to do and leads to the sign-in page", async () => {
  await renderApp(`/setup/${secret}`, { session: nobody() }, () =>
    refusal(404, "link_invalid", "Link not valid"),
  );
  expect(await screen.findByRole("heading", { name: "This link does not work" })).toBeTruthy();
  expect(screen.getByText(/ask an administrator for a new link/)).toBeTruthy();
  expect(screen.getByRole("link", { name: "Go to the sign-in page" }).getAttribute("href")).toBe("/sign-in");
});

test("somebody who is signed in is asked before a link of an account is used", async () => {
  const { answer } = serverWith(invitation);
  const app = await renderApp(`/setup/${secret}`, { session: sessionOf("admin") }, answer);
  expect(await screen.findByRole("heading", { name: "You are signed in already" })).toBeTruthy();
  expect(app.asked.some(({ path }) => path === "/auth/links/use")).toBe(false);
});
