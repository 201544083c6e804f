import { act, cleanup, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { sessionOf } from "../../api/session/session-fixtures.ts";
import { renderApp } from "./render-app.tsx";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("another role is said with the one before and whom to ask, once; the same role is not", async () => {
  const server = { session: sessionOf("operator", { has_password: true }) };
  const app = await renderApp("/settings/account", server);
  await screen.findByRole("heading", { name: "Account" }, { timeout: 5_000 });
  server.session = sessionOf("viewer", { has_password: true });
  act(() => app.doubtSession());
  const words = await screen.findAllByText(
    "Your role is viewer now, no longer operator: an administrator changed it. If that is not right, ask one.",
  );
  expect(words).toHaveLength(1);
  await act(async () => app.doubtSession());
  expect(screen.getAllByText(/^Your role is/)).toHaveLength(1);
});

test("who becomes a learner reads that the dashboard is not for them, and is back by themselves with another role", async () => {
  const server = { session: sessionOf("viewer", { has_password: true }) };
  const app = await renderApp("/settings/account", server);
  await screen.findByRole("heading", { name: "Account" }, { timeout: 5_000 });
  server.session = sessionOf("learner", { has_password: true });
  act(() => app.doubtSession());
  await screen.findByRole("heading", { name: "The dashboard is not for learners" });
  server.session = sessionOf("operator", { has_password: true });
  await screen.findByRole("heading", { name: "Account" }, { timeout: 9_000 });
  expect(screen.getByText(/^Your role is operator now, no longer learner/)).toBeTruthy();
}, 15_000);
