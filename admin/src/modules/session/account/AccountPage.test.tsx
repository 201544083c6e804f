import { cleanup, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import type { SessionState } from "../../../api/account-rows.ts";
import { sessionOf } from "../../../api/session/session-fixtures.ts";
import { type Asked, refusal, renderApp } from "../render-app.tsx";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const place = "/settings/account";
const off = { is_on: false, is_required: false, backup_codes_left: null };
const withPassword: Partial<SessionState> = {
  has_password: true,
  user: { id: "u1", name: "Ann", email: "ann@example.org", role: "admin" },
};
const changesOf = (asked: Asked[]) => asked.filter(({ method }) => method !== "GET");

test("the administrator of this machine gives the account an e-mail and a password", async () => {
  const server = { session: sessionOf("admin") };
  const app = await renderApp(place, server, ({ method }) => {
    if (method === "GET") return refusal(404, "not_found", "Not found");
    server.session = sessionOf("admin", withPassword);
    return undefined;
  });
  await userEvent.type(await screen.findByRole("textbox", { name: "E-mail" }), "ann@example.org");
  await userEvent.type(screen.getByLabelText("Password"), "winter apple cloud{Enter}");
  expect(await screen.findByLabelText("Current password")).toBeTruthy();
  expect(changesOf(app.asked)).toEqual([
    {
      method: "PUT",
      path: "/auth/password",
      body: { email: "ann@example.org", new_password: "winter apple cloud" },
    },
  ]);
});

test("a wrong current password is told at its field", async () => {
  await renderApp(place, { session: sessionOf("admin", withPassword) }, ({ method }) =>
    method === "GET"
      ? refusal(404, "not_found", "Not found")
      : refusal(403, "password_wrong", "Password wrong", "This is not your password."),
  );
  await userEvent.type(await screen.findByLabelText("Current password"), "nope");
  await userEvent.type(screen.getByLabelText("New password"), "winter apple cloud{Enter}");
  expect(await screen.findByText("This is not your password.")).toBeTruthy();
});

test("the e-mail address changes alone, with the password that one has", async () => {
  const app = await renderApp(place, { session: sessionOf("admin", withPassword) }, ({ method }) =>
    method === "GET" ? refusal(404, "not_found", "Not found") : undefined,
  );
  const field = await screen.findByRole("textbox", { name: "E-mail" });
  await userEvent.clear(field);
  await userEvent.type(field, "ann@example.com");
  await userEvent.type(screen.getByLabelText("Current password"), "winter apple cloud");
  await userEvent.click(screen.getByRole("button", { name: "Change the e-mail" }));
  expect(changesOf(app.asked)).toEqual([
    {
      method: "PUT",
      path: "/auth/password",
      body: { current_password: "winter apple cloud", email: "ann@example.com" },
    },
  ]);
});

test("a second factor is set up by password, code and backup codes, which are shown once", async () => {
  const server = { session: sessionOf("admin", { ...withPassword, second_factor: off }) };
  await renderApp(place, server, ({ method, path }) => {
    if (method === "GET") return refusal(404, "not_found", "Not found");
    if (path === "/auth/second-factor")
      return {
        uri: "otpauth://totp/x?secret=ABCDEFGH",
        secret: "ABCDEFGH",
        backup_codes: ["aa-11", "bb-22"],
      };
    server.session = sessionOf("admin", {
      ...withPassword,
      second_factor: { is_on: true, is_required: false, backup_codes_left: 2 },
    });
    return undefined;
  });
  await userEvent.click(await screen.findByRole("button", { name: "Set up a second factor" }));
  await userEvent.type(screen.getByLabelText("Your password"), "winter apple cloud{Enter}");
  const code = await screen.findByRole("img", { name: "QR code for an authenticator app" });
  expect(code.querySelector("path")?.getAttribute("d")).toMatch(/^M3 3h7v1H3z/);
  expect(screen.getByText("ABCD EFGH")).toBeTruthy();
  await userEvent.tab();
  expect(document.activeElement, "the keyboard is in this step").toBe(
    screen.getByRole("button", { name: "Copy the secret" }),
  );
  await userEvent.type(screen.getByLabelText("Code of your authenticator app"), "123456{Enter}");
  const codes = await screen.findByRole("list", { name: "Backup codes" });
  expect(
    within(codes)
      .getAllByRole("listitem")
      .map((item) => item.textContent),
  ).toEqual(["aa-11", "bb-22"]);
  await userEvent.tab();
  await userEvent.keyboard("{Enter}");
  expect(await screen.findByText(/2 backup codes left/)).toBeTruthy();
  expect(screen.queryByText("aa-11")).toBeNull();
});

test("whoever owes a second factor sees nothing but its set-up, and why, and then the page they wanted", async () => {
  const second_factor = { is_on: false, is_required: true, backup_codes_left: null };
  const server = { session: sessionOf("operator", { has_password: true, second_factor }) };
  const app = await renderApp("/settings/sessions", server);
  expect(await screen.findByRole("heading", { name: "Set up a second factor first" })).toBeTruthy();
  expect(await screen.findByLabelText("Your password")).toBeTruthy();
  expect(app.address()).toBe(`${place}?to=${encodeURIComponent("/settings/sessions")}`);
  expect(screen.queryByRole("navigation", { name: "Main" })).toBeNull();
  expect(app.asked.map(({ path }) => path)).toEqual(["/auth/session"]);
  server.session = sessionOf("operator", { second_factor: { ...second_factor, is_on: true } });
  app.doubtSession();
  await screen.findByRole("heading", { name: "Sessions", level: 1 });
  expect(app.address()).toBe("/settings/sessions");
});

test("a second factor that the role asks for cannot be removed, and the button says so", async () => {
  const second_factor = { is_on: true, is_required: true, backup_codes_left: 8 };
  await renderApp(place, { session: sessionOf("admin", { ...withPassword, second_factor }) });
  const remove = await screen.findByRole("button", { name: /Remove the second factor/ });
  expect(remove.getAttribute("aria-disabled")).toBe("true");
  expect(remove.title).toContain("asks for a second factor");
});
