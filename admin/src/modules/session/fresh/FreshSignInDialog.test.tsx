import { cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { SessionState } from "../../../api/account-rows.ts";
import { SessionContext } from "../../../api/session/session-context.ts";
import { sessionOf } from "../../../api/session/session-fixtures.ts";
import { type Answer, refusal, renderWithServer, teachDialogs } from "../../engines/render-with-server.tsx";
import { TokensPage } from "../../settings/tokens/TokensPage.tsx";
import { FreshSignInDialog } from "./FreshSignInDialog.tsx";

beforeAll(teachDialogs);
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const right = "ferns-like-the-wet-shade";
let isFresh: boolean;
beforeEach(() => {
  isFresh = false;
});

const answer: Answer = ({ method, path, body }) => {
  if (method === "GET") return [];
  if (path === "/auth/session/renew") {
    isFresh = body.password === right;
    return isFresh ? undefined : refusal(403, "password_wrong", "Password wrong", "This is not yours.");
  }
  if (path === "/auth/sign-in/single-sign-on") return { url: "ftp://not.followed" };
  if (!isFresh) return refusal(403, "fresh_sign_in_required", "Show again who you are", "It is long ago.");
  return { token: "cw_whole_secret", api_token: { name: body.name, scopes: ["read"] } };
};

async function askForToken(session: Partial<SessionState>) {
  const page = await renderWithServer(
    <SessionContext value={sessionOf("admin", session)}>
      <TokensPage />
      <FreshSignInDialog />
    </SessionContext>,
    answer,
    "/settings/tokens?new=command-line",
  );
  await userEvent.click(await screen.findByRole("button", { name: "Make the token" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Show that it is you" }));
  const made = () => page.writes().filter(({ path }) => path === "/admin/tokens");
  return { page, dialog, made };
}

describe("what hands out access", () => {
  test("asks for the password, stays asking while it is wrong, and is done once it is right", async () => {
    const { dialog, made } = await askForToken({ has_password: true });
    const field = dialog.getByLabelText<HTMLInputElement>("Your password");
    expect(document.activeElement).toBe(field);
    await userEvent.type(field, "something else{Enter}");
    expect(await dialog.findByText("This is not yours.")).toBeTruthy();
    await userEvent.clear(field);
    await userEvent.type(field, `${right}{Enter}`);
    expect(await screen.findByText("cw_whole_secret")).toBeTruthy();
    expect(screen.queryByRole("dialog", { name: "Show that it is you" })).toBeNull();
    expect(made()).toHaveLength(2);
    expect(made()[1]).toEqual(made()[0]);
  });

  test("is not done when the question is left, and the form says why", async () => {
    const { dialog, made } = await askForToken({ has_password: true });
    await userEvent.click(dialog.getByRole("button", { name: "Not now" }));
    expect(await screen.findByText(/Show again who you are. It is long ago./)).toBeTruthy();
    expect(made()).toHaveLength(1);
    await userEvent.click(screen.getByRole("button", { name: "Make the token" }));
    expect(await screen.findByRole("dialog", { name: "Show that it is you" })).toBeTruthy();
    expect(made()).toHaveLength(2);
  });

  test("leads whoever has no password to their provider, and back to the page", async () => {
    const sign_in = { password: true, single_sign_on: { name: "Acme" } };
    const { page, dialog } = await askForToken({ has_password: false, sign_in });
    await userEvent.click(dialog.getByRole("button", { name: "Continue with Acme" }));
    await waitFor(() => expect(page.writes().at(-1)?.body).toEqual({ return_to: window.location.pathname }));
  });

  test("tells whoever has neither where another link comes from", async () => {
    const { dialog } = await askForToken({ has_password: false });
    expect(dialog.getByText("npm run cw -- create-admin")).toBeTruthy();
  });
});
