import { cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { ApiToken } from "../../../api/account-rows.ts";
import { SessionContext } from "../../../api/session/session-context.ts";
import { sessionOf } from "../../../api/session/session-fixtures.ts";
import { type Answer, refusal, renderWithServer, teachDialogs } from "../../engines/render-with-server.tsx";
import { TokensPage } from "./TokensPage.tsx";

beforeAll(teachDialogs);
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const ownId = sessionOf("admin").user!.id;
const token: ApiToken = {
  id: "019a0000-0000-7000-8000-00000000000a",
  user_id: ownId,
  user_name: "Local administrator",
  name: "Nightly export",
  prefix: "cw_019a0000",
  scopes: ["read"],
  is_of_machine: false,
  created_at: "2026-11-20T09:00:00.000Z",
  expires_at: null,
  last_used_at: null,
  last_used_from: null,
  revoked_at: null,
};

let tokens: ApiToken[];
const answer: Answer = ({ method, body }) => {
  if (method === "GET") return tokens;
  if (method === "DELETE") {
    tokens = [];
    return undefined;
  }
  return { token: "cw_whole_secret", api_token: { ...token, ...body, expires_at: null } };
};

beforeEach(() => {
  tokens = [token];
});

test("each token stands with what it may do, whose it is and when it was used", async () => {
  tokens = [
    {
      ...token,
      name: `<script>alert(1)</script>\u202e`,
      last_used_at: "2026-11-21T09:00:00.000Z",
      last_used_from: "10.0.0.7",
    },
    { ...token, id: "b", user_id: "other", user_name: "Ada", is_of_machine: true, scopes: ["admin"] },
    { ...token, id: "c", name: "Old", revoked_at: "2026-11-21T00:00:00.000Z" },
  ];
  const page = await renderWithServer(<TokensPage />, answer, "/settings/tokens");
  const list = within(await screen.findByRole("list", { name: "API tokens" }));
  const [first, second, third] = list.getAllByRole("listitem");
  expect(first?.textContent).toContain("<script>alert(1)</script><U+202E>");
  expect(document.querySelector("script")).toBeNull();
  expect(first?.textContent).toContain("10.0.0.7");
  expect(first?.textContent).toContain("cw_019a0000…");
  expect(second?.textContent).toContain("of the server's machine");
  expect(second?.textContent).toContain("may administer in the name of Ada");
  expect(third?.textContent).toContain("revoked");
  expect(within(third!).queryByRole("button")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Mine" }));
  await waitFor(() =>
    expect(screen.getAllByRole("listitem").filter((item) => item.matches(".settings-row"))).toHaveLength(2),
  );
  expect(page.address()).toBe("/settings/tokens?of=mine");
});

test("a token is made with a name, scopes and an end, and shown this once", async () => {
  const page = await renderWithServer(<TokensPage />, answer, "/settings/tokens");
  await userEvent.click(await screen.findByRole("button", { name: "Make a token" }));
  const dialog = within(screen.getByRole("dialog", { name: "Make an API token" }));
  await userEvent.click(dialog.getByRole("button", { name: "Make the token" }));
  expect(dialog.getByText("Choose at least one.")).toBeTruthy();
  expect(page.writes()).toEqual([]);
  await userEvent.type(dialog.getByLabelText("Name"), "App");
  await userEvent.click(dialog.getByRole("checkbox", { name: "Learn" }));
  await userEvent.selectOptions(dialog.getByLabelText("Works for"), "for ever");
  await userEvent.click(dialog.getByRole("button", { name: "Make the token" }));
  const made = within(await screen.findByRole("dialog", { name: "Keep the token" }));
  expect(made.getByText("cw_whole_secret")).toBeTruthy();
  expect(made.getByText(/\/api\/v1\/learner\/units/).textContent).not.toContain("cw_whole_secret");
  expect(page.writes()[0]?.body).toEqual({ name: "App", scopes: ["learn"], expires_in_days: null });
  await userEvent.click(made.getByRole("button", { name: "I have kept it" }));
  expect(screen.queryByText("cw_whole_secret")).toBeNull();
});

test("the command line's address opens the form filled in, and closing it leaves the address clean", async () => {
  const page = await renderWithServer(<TokensPage />, answer, "/settings/tokens?new=command-line");
  const dialog = within(await screen.findByRole("dialog", { name: "Make an API token" }));
  expect(dialog.getByLabelText<HTMLInputElement>("Name").value).toBe("Command line");
  expect(dialog.getByRole<HTMLInputElement>("checkbox", { name: "Operate" }).checked).toBe(true);
  await userEvent.click(dialog.getByRole("button", { name: "Not now" }));
  await waitFor(() => expect(page.address()).toBe("/settings/tokens"));
});

test("a scope beyond one's role stays closed and says why", async () => {
  const page = await renderWithServer(
    <SessionContext value={sessionOf("viewer")}>
      <TokensPage />
    </SessionContext>,
    answer,
    "/settings/tokens?new=1",
  );
  const operate = await screen.findByRole<HTMLInputElement>("checkbox", { name: "Operate" });
  await userEvent.click(operate);
  expect(operate.checked).toBe(false);
  expect(screen.getAllByText(/Your role, viewer, does not allow it/)).toHaveLength(3);
  expect(page.writes()).toEqual([]);
});

test("a refusal stays in the form", async () => {
  await renderWithServer(
    <TokensPage />,
    (asked) =>
      asked.method === "POST"
        ? refusal(409, "too_many_tokens", "Too many tokens", "Revoke one first.")
        : answer(asked),
    "/settings/tokens?new=command-line",
  );
  await userEvent.click(await screen.findByRole("button", { name: "Make the token" }));
  expect(await screen.findByText(/Too many tokens. Revoke one first./)).toBeTruthy();
});

test("revoking asks first, then the token is gone", async () => {
  const page = await renderWithServer(<TokensPage />, answer, "/settings/tokens");
  await userEvent.click(await screen.findByRole("button", { name: "Revoke Nightly export" }));
  const question = within(screen.getByRole("dialog", { name: "Revoke this token?" }));
  expect(page.writes()).toEqual([]);
  await userEvent.click(question.getByRole("button", { name: "Revoke the token" }));
  await waitFor(() =>
    expect(page.writes()).toMatchObject([{ method: "DELETE", path: `/admin/tokens/${token.id}` }]),
  );
  expect(await screen.findByText("Tokens appear here")).toBeTruthy();
});
