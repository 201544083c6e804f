import { cleanup, configure, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import type { SessionState } from "../../api/account-rows.ts";
import { nobody, sessionOf } from "../../api/session/session-fixtures.ts";
import { type Asked, refusal, renderApp } from "./render-app.tsx";

// Each test loads the whole dashboard twice, the page of the form included.
vi.setConfig({ testTimeout: 30_000 });
configure({ asyncUtilTimeout: 10_000 });

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const ann = sessionOf("operator", { has_password: true });
const authors = {
  models: { text: null, speech: null, image: null },
  topic_needs_source: true,
  guidance: "It quotes.",
};

/** Whoever signs in is the person of `next`. */
async function openNewUnit(next: SessionState) {
  const server: { session: SessionState } = { session: ann };
  const app = await renderApp("/units/new", server, ({ method, path }: Asked) => {
    if (path === "/content-creator/authors") return authors;
    if (path === "/auth/sign-in") {
      server.session = next;
      return { status: "signed_in" };
    }
    return method === "GET" ? refusal(404, "not_found", "Not found") : undefined;
  });
  await userEvent.click(await titleField());
  await userEvent.paste("Harbours and tides");
  return { app, server };
}

async function signInAgain(): Promise<void> {
  await userEvent.click(await screen.findByRole("textbox", { name: "E-mail" }));
  await userEvent.paste("ann@example.org");
  await userEvent.click(screen.getByLabelText("Password"));
  await userEvent.paste("winter apple cloud");
  await userEvent.keyboard("{Enter}");
}

const titleField = () => screen.findByLabelText<HTMLInputElement>("Title");

test("what was typed into a new unit is there again after the session ended and the same person signed in", async () => {
  const { app, server } = await openNewUnit(ann);
  server.session = nobody();
  app.doubtSession();
  expect(await screen.findByText(/Your session has ended/)).toBeTruthy();
  expect(document.body.innerHTML, "nothing of it stays on the page").not.toContain("Harbours");
  await signInAgain();
  expect((await titleField()).value).toBe("Harbours and tides");
  expect(app.address()).toBe("/units/new");
});

test("somebody else who signs in on the same page finds an empty form", async () => {
  const other = sessionOf("operator", {
    user: { id: "u2", name: "Bea", email: "bea@example.org", role: "operator" },
  });
  const { app, server } = await openNewUnit(other);
  server.session = nobody();
  app.doubtSession();
  await signInAgain();
  expect((await titleField()).value).toBe("");
});

test("another role keeps what was typed; whoever signs out leaves nothing of it", async () => {
  const { app, server } = await openNewUnit(ann);
  server.session = sessionOf("admin", { has_password: true });
  app.doubtSession();
  await screen.findAllByRole("link", { name: /^Users/ });
  expect((await titleField()).value).toBe("Harbours and tides");
  server.session = nobody();
  await userEvent.click(screen.getByRole("button", { name: "Sign out", hidden: true }));
  await signInAgain();
  await waitFor(() => expect(app.address()).toBe("/"));
  await app.visit("/units/new");
  expect((await titleField()).value).toBe("");
});
