import { act, cleanup, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { sessionOf } from "../../../api/session/session-fixtures.ts";
import { renderApp } from "../render-app.tsx";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("backup codes of a second factor that was owed stay on show until they are kept, also when the page looks at the session", async () => {
  const owed = { is_on: false, is_required: true, backup_codes_left: null };
  const server = { session: sessionOf("operator", { has_password: true, second_factor: owed }) };
  const app = await renderApp("/settings/account", server, ({ path }) => {
    if (path === "/auth/second-factor")
      return { uri: "otpauth://totp/x?secret=ABCDEFGH", secret: "ABCDEFGH", backup_codes: ["aa-11"] };
    const second_factor = { is_on: true, is_required: true, backup_codes_left: 1 };
    server.session = sessionOf("operator", { has_password: true, second_factor });
    return undefined;
  });
  await userEvent.type(
    await screen.findByLabelText("Your password", {}, { timeout: 5_000 }),
    "winter apple cloud{Enter}",
  );
  await userEvent.type(await screen.findByLabelText("Code of your authenticator app"), "123456{Enter}");
  expect(await screen.findByText("aa-11")).toBeTruthy();
  const asked = () => app.asked.filter(({ path }) => path === "/auth/session").length;
  const before = asked();
  await act(async () => document.dispatchEvent(new Event("visibilitychange")));
  await vi.waitFor(() => expect(asked()).toBe(before + 1));
  await act(async () => undefined);
  expect(screen.getByText("aa-11")).toBeTruthy();
  expect(screen.queryAllByRole("navigation", { name: "Main" })).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "I have kept them" }));
  await screen.findAllByRole("navigation", { name: "Main" });
  expect(screen.queryByText("aa-11")).toBeNull();
});
