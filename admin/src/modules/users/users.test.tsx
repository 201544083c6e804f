import { cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { UserSummary } from "../../api/rows.ts";
import { SessionContext } from "../../api/session/session-context.ts";
import { sessionOf } from "../../api/session/session-fixtures.ts";
import { type Answer, refusal, renderWithServer, teachDialogs } from "../engines/render-with-server.tsx";
import { AccountActions } from "./AccountActions.tsx";
import { NewLinkButton } from "./NewLinkButton.tsx";
import { UsersList } from "./UsersList.tsx";
import { UserTabs } from "./UserTabs.tsx";
import { userRow } from "./user-fixtures.ts";

beforeAll(teachDialogs);
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const link = {
  url: "https://courses.example/setup/s3cret",
  expires_at: "2026-11-29T09:00:00.000Z",
  mailed_to: null,
  mail_problem: null,
};
const hostile = `<img src=x onerror="alert(1)">\u202e`;

let users: UserSummary[];
let answer: Answer;

beforeEach(() => {
  users = [userRow()];
  answer = ({ method, path, body }) => {
    if (path === "/admin/alerts/mail") return { is_configured: false };
    if (path.startsWith("/admin/audit-log")) return [];
    if (method === "GET") return path.startsWith("/admin/users") ? users : [];
    if (path === "/admin/users") {
      const user = userRow({ ...body, id: "new", sign_in: "invited" });
      users = [user, ...users];
      return { user, link };
    }
    if (path.endsWith("/link")) return link;
    if (path.endsWith("/sessions")) return { ended: 2 };
    return { ...users[0], ...body };
  };
});

describe("the list of accounts", () => {
  test("says of each how they sign in, and shows hostile names as text", async () => {
    users = [
      userRow({ name: hostile }),
      userRow({
        ...{ id: "b", name: "Ada", role: "admin", sign_in: "invited", has_second_factor: false },
        invitation_expires_at: new Date(Date.now() + 86_400_000).toISOString(),
      }),
      userRow({ id: "c", name: "Gone", is_active: false, sign_in: "none" }),
      userRow({
        ...{ id: "d", name: "Late", sign_in: "invited" },
        invitation_expires_at: new Date(Date.now() - 1_000).toISOString(),
      }),
    ];
    await renderWithServer(<UsersList />, (asked) => answer(asked), "/users");
    const table = within(await screen.findByRole("table", { name: "Users" }));
    const rows = table.getAllByRole("row").slice(1);
    expect(rows[0]?.textContent).toContain(`<img src=x onerror="alert(1)"><U+202E>`);
    expect(document.querySelector("img")).toBeNull();
    expect(rows[0]?.textContent).toContain("password");
    expect(rows[1]?.textContent).toContain("administrator");
    expect(rows[1]?.textContent).toContain("invited, until ");
    expect(rows[2]?.textContent).toContain("deactivated");
    expect(rows[3]?.textContent).toContain("invitation ended");
  });

  test("somebody is invited in a role, and the link is shown once", async () => {
    const page = await renderWithServer(<UsersList />, (asked) => answer(asked), "/users");
    await userEvent.click(await screen.findByRole("button", { name: "Invite" }));
    const dialog = within(screen.getByRole("dialog", { name: "Invite somebody" }));
    await userEvent.click(dialog.getByRole("button", { name: "Invite" }));
    expect(dialog.getByText("Write the person's name.")).toBeTruthy();
    expect(dialog.getByText(/Write an e-mail address/)).toBeTruthy();
    expect(page.writes()).toEqual([]);
    await userEvent.type(dialog.getByLabelText("Name"), "Ada");
    await userEvent.type(dialog.getByLabelText("E-mail address"), "ada@example.org");
    await userEvent.click(dialog.getByRole("radio", { name: /^Operator/ }));
    await userEvent.click(dialog.getByRole("button", { name: "Invite" }));
    const shown = within(await screen.findByRole("dialog", { name: "Hand over the one-time link" }));
    expect(shown.getByText(link.url)).toBeTruthy();
    expect(shown.getByText("It was not sent by e-mail.")).toBeTruthy();
    expect(page.writes()).toEqual([
      {
        method: "POST",
        path: "/admin/users",
        body: { name: "Ada", email: "ada@example.org", role: "operator" },
      },
    ]);
    await userEvent.click(shown.getByRole("button", { name: "Done" }));
    expect(screen.queryByText(link.url)).toBeNull();
  });

  test("an address that is taken is said beside its field", async () => {
    await renderWithServer(
      <UsersList />,
      (asked) =>
        asked.method === "POST"
          ? refusal(409, "email_taken", "E-mail address taken", "Taken.")
          : answer(asked),
      "/users",
    );
    await userEvent.click(await screen.findByRole("button", { name: "Invite" }));
    await userEvent.type(screen.getByLabelText("Name"), "Ada");
    await userEvent.type(screen.getByLabelText("E-mail address"), "ada@example.org");
    const dialog = within(screen.getByRole("dialog", { name: "Invite somebody" }));
    await userEvent.click(dialog.getByRole("button", { name: "Invite" }));
    expect(await dialog.findByText("There is an account with this address already.")).toBeTruthy();
  });

  test("a change that the stream tells shows at once", async () => {
    const page = await renderWithServer(<UsersList />, (asked) => answer(asked), "/users");
    const table = within(await screen.findByRole("table", { name: "Users" }));
    const row = () => table.getAllByRole("row")[1]?.textContent;
    expect(row()).toContain("viewer");
    users = [userRow({ role: "operator", is_active: false, version: 2 })];
    page.tell({
      entity: "user",
      id: userRow().id,
      parents: {},
      version: 2,
      patch: { role: "operator", is_active: false },
    });
    await waitFor(() => expect(row()).toContain("operator"));
    expect(row()).toContain("deactivated");
  });

  test("an outage is told, not shown as an empty list", async () => {
    await renderWithServer(<UsersList />, () => new Response("bad gateway", { status: 502 }), "/users");
    expect(await screen.findByText("The server does not answer")).toBeTruthy();
    expect(screen.queryByText("Accounts appear here")).toBeNull();
  });
});

function Offer({ user }: { user: UserSummary }) {
  const [offered, setOffered] = useState(true);
  return (
    <>
      <NewLinkButton user={user} reason={undefined} offered={offered} />
      <button type="button" onClick={() => setOffered(false)}>
        It is told as invited
      </button>
    </>
  );
}

describe("what can be done with an account", () => {
  const show = (user: UserSummary, session = sessionOf("admin")) =>
    renderWithServer(
      <SessionContext value={session}>
        <AccountActions user={user} />
      </SessionContext>,
      (asked) => answer(asked),
    );

  test("deactivating says that sessions and tokens end, and asks first", async () => {
    const page = await show(userRow());
    await userEvent.click(screen.getByRole("button", { name: "Deactivate" }));
    const question = within(screen.getByRole("dialog", { name: "Deactivate this account?" }));
    expect(question.getByText(/All sessions and API tokens of “Noor” end at once/)).toBeTruthy();
    expect(page.writes()).toEqual([]);
    await userEvent.click(question.getByRole("button", { name: "Deactivate the account" }));
    await waitFor(() =>
      expect(page.writes()[0]).toMatchObject({ method: "PUT", body: { is_active: false } }),
    );
    expect(await screen.findByText(/all sessions and tokens have ended/)).toBeTruthy();
  });

  test("the rule of the last administrator is told in the dialog", async () => {
    answer = () =>
      refusal(409, "last_administrator", "Last administrator", "Somebody must stay administrator.");
    await show(userRow({ role: "admin" }));
    await userEvent.click(screen.getByRole("button", { name: "Deactivate" }));
    await userEvent.click(screen.getByRole("button", { name: "Deactivate the account" }));
    expect(await screen.findByText(/Somebody must stay administrator/)).toBeTruthy();
  });

  test("on one's own page role and standing are closed with the reason", async () => {
    const session = sessionOf("admin");
    const page = await show(userRow({ id: session.user!.id, role: "admin" }), session);
    const button = screen.getByRole("button", { name: /^Deactivate/ });
    expect(button.getAttribute("aria-disabled")).toBe("true");
    expect(button.getAttribute("title")).toContain("another administrator can deactivate it");
    await userEvent.click(screen.getByRole("button", { name: "Edit" }));
    expect(screen.getByText(/another administrator can change your role/)).toBeTruthy();
    expect(screen.queryByRole("radio")).toBeNull();
    expect(page.writes()).toEqual([]);
  });

  test("an edit sends only what differs", async () => {
    const page = await show(userRow());
    await userEvent.click(screen.getByRole("button", { name: "Edit" }));
    const dialog = within(screen.getByRole("dialog", { name: "Edit “Noor”" }));
    await userEvent.click(dialog.getByRole("radio", { name: /^Administrator/ }));
    await userEvent.click(dialog.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(page.writes()[0]?.body).toEqual({ role: "admin" }));
  });

  test("an invitation that is over is given anew, and the link stays on show when the offer goes", async () => {
    const over = userRow({ sign_in: "none", invitation_expires_at: "2026-11-20T09:00:00.000Z" });
    const page = await renderWithServer(<Offer user={over} />, (asked) => answer(asked));
    await userEvent.click(screen.getByRole("button", { name: "New invitation" }));
    await userEvent.click(screen.getByRole("button", { name: "Make the link" }));
    expect(await screen.findByText(link.url)).toBeTruthy();
    await userEvent.click(screen.getByText("It is told as invited"));
    expect(screen.queryByRole("button", { name: "New invitation" })).toBeNull();
    expect(screen.getByText(link.url)).toBeTruthy();
    expect(page.writes()[0]?.body).toEqual({ kind: "invitation", mail: false });
  });

  test("a new link is shown once, and mail is closed with the setting that is missing", async () => {
    const page = await show(userRow());
    await userEvent.click(screen.getByRole("button", { name: "New link" }));
    expect(await screen.findByText(/COURSEWRIGHT_SMTP_URL/)).toBeTruthy();
    await userEvent.click(screen.getByRole("checkbox", { name: "Also send it by e-mail" }));
    await userEvent.click(screen.getByRole("button", { name: "Make the link" }));
    expect(await screen.findByText(link.url)).toBeTruthy();
    expect(page.writes()[0]?.body).toEqual({ kind: "password_reset", mail: false });
  });

  test("erasing asks for the exact name and says what stays", async () => {
    const page = await show(userRow());
    await userEvent.click(screen.getByRole("button", { name: "Erase…" }));
    const dialog = within(screen.getByRole("dialog", { name: "Erase this person's data?" }));
    expect(dialog.getByText("3 units with their lessons and media")).toBeTruthy();
    await userEvent.click(dialog.getByRole("button", { name: /^Erase for ever/ }));
    await userEvent.type(dialog.getByLabelText("Type the person's name to confirm"), "noor");
    await userEvent.click(dialog.getByRole("button", { name: /^Erase for ever/ }));
    expect(page.writes()).toEqual([]);
    await userEvent.clear(dialog.getByLabelText("Type the person's name to confirm"));
    await userEvent.type(dialog.getByLabelText("Type the person's name to confirm"), "Noor");
    await userEvent.click(dialog.getByRole("button", { name: "Erase for ever" }));
    await waitFor(() =>
      expect(page.writes()).toEqual([
        { method: "POST", path: `/admin/users/${users[0]?.id}/erase`, body: { name: "Noor" } },
      ]),
    );
  });

  test("ending all sessions says how many there were", async () => {
    await show(userRow());
    await userEvent.click(screen.getAllByRole("button", { name: "End all sessions" })[0]!);
    const question = within(screen.getByRole("dialog", { name: "End all sessions?" }));
    await userEvent.click(question.getByRole("button", { name: "End all sessions" }));
    expect(await screen.findByText("2 sessions have ended.")).toBeTruthy();
  });
});

test("the activity of a person is asked for by and on them, or by them alone", async () => {
  const user = userRow();
  const page = await renderWithServer(<UserTabs user={user} />, (asked) => answer(asked), "/?tab=activity");
  await screen.findByText(/What this person does/);
  const asked = () => page.asked.findLast(({ path }) => path.startsWith("/admin/audit-log?"))?.path;
  expect(asked()).toContain(`q=${user.id}`);
  await userEvent.click(screen.getByRole("button", { name: "By the person" }));
  await waitFor(() => expect(asked()).toContain(`actor_id=${user.id}`));
});
