import { cleanup, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { nobody, sessionOf } from "../../../api/session/session-fixtures.ts";
import { refusal, renderApp } from "../render-app.tsx";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const place = "/settings/account";

test("a stranger gets to the sign-in page, nothing is asked for them, and signed in they see the page they wanted", async () => {
  const server = { session: nobody() };
  const app = await renderApp(place, server, ({ path }) => {
    if (path !== "/auth/sign-in") return refusal(404, "not_found", "Not found");
    server.session = sessionOf("admin", { has_password: true });
    return { status: "signed_in" };
  });
  await userEvent.type(await screen.findByRole("textbox", { name: "E-mail" }), "ann@example.org");
  expect(app.address()).toBe(`/sign-in?to=${encodeURIComponent(place)}`);
  await userEvent.type(screen.getByLabelText("Password"), "winter apple cloud{Enter}");
  await screen.findByRole("heading", { name: "Account" });
  expect(app.address()).toBe(place);
  expect(app.asked.slice(0, 3).map(({ method, path }) => `${method} ${path}`)).toEqual([
    "GET /auth/session",
    "POST /auth/sign-in",
    "GET /auth/session",
  ]);
  expect(app.asked[1]?.body).toEqual({ email: "ann@example.org", password: "winter apple cloud" });
});

test.each([
  "//evil.example/x",
  "https://evil.example",
  "/\\evil.example",
  "/setup/abc",
  "javascript:alert(1)",
])("signed in, one is not led to %s", async (to) => {
  const app = await renderApp(`/sign-in?to=${encodeURIComponent(to)}`, { session: sessionOf("admin") });
  await waitFor(() => expect(app.address()).toBe("/"));
});

test("a refusal is told in the server's words and what was typed stays", async () => {
  await renderApp("/sign-in", { session: nobody() }, () =>
    refusal(401, "sign_in_refused", "Sign-in refused", "They do not belong together."),
  );
  await userEvent.type(await screen.findByRole("textbox", { name: "E-mail" }), "ann@example.org");
  await userEvent.type(screen.getByLabelText("Password"), "wrong{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("They do not belong together.");
  expect(screen.getByLabelText<HTMLInputElement>("Password").value).toBe("wrong");
});

test("after too many attempts the button waits as long as the server says", async () => {
  const app = await renderApp("/sign-in", { session: nobody() }, () =>
    refusal(429, "too_many_sign_ins", "Too many attempts", "", { "retry-after": "40" }),
  );
  await userEvent.type(await screen.findByRole("textbox", { name: "E-mail" }), "ann@example.org");
  await userEvent.type(screen.getByLabelText("Password"), "wrong{Enter}");
  expect((await screen.findByRole("alert")).textContent).toBe("Too many attempts. Try again in 40 s.");
  const before = app.asked.length;
  await userEvent.click(screen.getByRole("button", { name: /^Sign in/ }));
  expect(screen.getByRole("button", { name: /^Sign in/ }).title).toContain("Wait 40 s");
  expect(app.asked).toHaveLength(before);
});

test("the password can be shown, and an empty form says what is missing without asking the server", async () => {
  const app = await renderApp("/sign-in", { session: nobody() });
  const field = await screen.findByLabelText<HTMLInputElement>("Password");
  expect(field.autocomplete).toBe("current-password");
  await userEvent.click(screen.getByRole("button", { name: "Show what is typed" }));
  expect(field.type).toBe("text");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  expect(screen.getByText("Type your password.")).toBeTruthy();
  expect(app.asked.map(({ path }) => path)).toEqual(["/auth/session"]);
});

test("a second factor is asked for, and a backup code is as good", async () => {
  const server = { session: nobody() };
  const app = await renderApp("/sign-in?to=/settings/account", server, ({ path, body }) => {
    if (path === "/auth/sign-in") return { status: "second_factor_needed" };
    if (body.code !== "abcd-efgh") return refusal(401, "second_factor_refused", "Code refused", "Try anew.");
    server.session = sessionOf("admin");
    return { status: "signed_in" };
  });
  await userEvent.type(await screen.findByRole("textbox", { name: "E-mail" }), "ann@example.org");
  await userEvent.type(screen.getByLabelText("Password"), "winter apple cloud{Enter}");
  const code = await screen.findByLabelText<HTMLInputElement>("Code of your authenticator app");
  expect(code.autocomplete).toBe("one-time-code");
  await userEvent.type(code, "123 456{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("Try anew.");
  expect(app.asked.at(-1)?.body).toEqual({ code: "123456" });
  await userEvent.click(screen.getByRole("button", { name: "Use a backup code" }));
  await userEvent.type(screen.getByLabelText("Backup code"), "abcd-efgh{Enter}");
  await screen.findByRole("heading", { name: "Account" });
});

test("while nobody can sign in the page says how to, on this machine and elsewhere", async () => {
  const none = { password: false, single_sign_on: null };
  await renderApp("/sign-in", { session: nobody({ needs_set_up: true, sign_in: none }) });
  expect(await screen.findByText("npm run cw -- sign-in-link")).toBeTruthy();
  expect(screen.queryByLabelText("Password")).toBeNull();
  cleanup();
  await renderApp("/sign-in", { session: nobody({ needs_set_up: true, is_local: false, sign_in: none }) });
  expect(await screen.findByText("coursewright create-admin")).toBeTruthy();
});

test("single sign-on is offered by its name, and its reasons are told; an unknown one is never shown", async () => {
  const sign_in = { password: false, single_sign_on: { name: "Example ID" } };
  await renderApp("/sign-in?reason=not_invited", { session: nobody({ sign_in }) });
  expect(await screen.findByRole("button", { name: "Continue with Example ID" })).toBeTruthy();
  expect(screen.getByText(/was invited/)).toBeTruthy();
  cleanup();
  await renderApp("/sign-in?reason=call%20555-1234", { session: nobody({ sign_in }) });
  expect((await screen.findByRole("status")).textContent).toContain("Signing in did not work.");
  expect(document.body.textContent).not.toContain("555");
});

test("a locked Shift key is told while a password is typed, and not any more when it is not", async () => {
  await renderApp("/sign-in", { session: nobody() });
  const field = await screen.findByLabelText("Password");
  expect(screen.queryByText("Caps Lock is on.")).toBeNull();
  await userEvent.type(field, "{CapsLock}W");
  expect(screen.getByText("Caps Lock is on.").getAttribute("role")).toBe("status");
  await userEvent.click(screen.getByRole("textbox", { name: "E-mail" }));
  expect(screen.queryByText("Caps Lock is on.")).toBeNull();
});

test("a code is taken as it was copied, in groups and with what stands around it", async () => {
  const app = await renderApp("/sign-in", { session: nobody() }, ({ path }) =>
    path === "/auth/sign-in"
      ? { status: "second_factor_needed" }
      : refusal(401, "second_factor_refused", "Code refused", "Try anew."),
  );
  await userEvent.type(await screen.findByRole("textbox", { name: "E-mail" }), "ann@example.org");
  await userEvent.type(screen.getByLabelText("Password"), "winter apple cloud{Enter}");
  const field = await screen.findByLabelText<HTMLInputElement>("Code of your authenticator app");
  expect(field.autocomplete).toBe("one-time-code");
  await userEvent.click(field);
  await userEvent.paste(" 123 456\n");
  await userEvent.keyboard("{Enter}");
  await screen.findByRole("alert");
  await userEvent.click(screen.getByRole("button", { name: "Use a backup code" }));
  await userEvent.click(screen.getByLabelText("Backup code"));
  await userEvent.paste(" abcd-efgh ");
  await userEvent.keyboard("{Enter}");
  await screen.findByRole("alert");
  const codes = app.asked.filter(({ path }) => path === "/auth/sign-in/second-factor");
  expect(codes.map(({ body }) => body.code)).toEqual(["123456", "abcd-efgh"]);
});
