import { cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { AuditEntry, AuditVerification } from "../../../api/account-rows.ts";
import { type Answer, renderWithServer, teachDialogs } from "../../engines/render-with-server.tsx";
import { AuditPage } from "./AuditPage.tsx";

beforeAll(teachDialogs);
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const taskId = "019a0000-0000-7000-8000-0000000000aa";
const entry: AuditEntry = {
  id: "019a0000-0000-7000-8000-000000000e01",
  seq: 12,
  at: "2026-11-22T09:00:00.000Z",
  actor_id: "019a0000-0000-7000-8000-000000000002",
  actor_name: "Noor",
  actor_kind: "session",
  token_id: null,
  token_name: null,
  action: "task.cancel",
  object_kind: "task",
  object_id: taskId,
  result: "done",
  code: null,
  request_id: "req-0123456789abcdef",
  details: { reason: "too <b>slow</b>" },
  address: "10.0.0.7",
  user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  hash: "ab".repeat(32),
};

let entries: AuditEntry[];
let verdict: AuditVerification;
const answer: Answer = ({ path }) => {
  if (path.startsWith("/admin/audit-log/verification")) return verdict;
  if (path.startsWith("/admin/users/")) return { id: entry.actor_id, name: "Noor" };
  return entries;
};

beforeEach(() => {
  entries = [entry];
  verdict = { is_intact: true, entries: 12, head: "cd".repeat(32), first_broken_seq: null, problem: null };
});

const show = (address = "/settings/audit") => renderWithServer(<AuditPage />, answer, address);

test("entries stand in words; what is unknown, refused or hostile is told as it is", async () => {
  entries = [
    entry,
    {
      ...entry,
      id: "b",
      actor_name: `<img src=x onerror=alert(1)>\u202e`,
      action: "rocket.launch",
      result: "failed",
    },
    {
      ...entry,
      id: "c",
      actor_id: null,
      actor_name: null,
      actor_kind: "nobody",
      action: "session.sign_in",
      result: "refused",
    },
  ];
  await show();
  const table = within(await screen.findByRole("table", { name: "Audit log" }));
  const [, first, second, third] = table.getAllByRole("row");
  expect(first?.textContent).toContain("cancelled a task");
  expect(first?.textContent).toContain("done");
  expect(within(first!).getByRole("link", { name: "Noor" }).getAttribute("href")).toBe(
    `/users/${entry.actor_id}`,
  );
  expect(second?.textContent).toContain("rocket.launch");
  expect(second?.textContent).toContain("<img src=x onerror=alert(1)><U+202E>");
  expect(document.querySelector("img")).toBeNull();
  expect(third?.textContent).toContain("tried to sign in with a password");
  expect(third?.textContent).toContain("nobody who was recognised");
});

test("a row opens with details, request, address, browser and the way to its object", async () => {
  const page = await show();
  await userEvent.click(await screen.findByRole("button", { name: "Details: cancelled a task" }));
  expect(await screen.findByText("Firefox on Linux")).toBeTruthy();
  expect(screen.getByText("number 12")).toBeTruthy();
  expect(screen.getByText("task.cancel")).toBeTruthy();
  const object = screen.getAllByRole("link").find((link) => link.getAttribute("href") === `/tasks/${taskId}`);
  expect(object).toBeDefined();
  expect(screen.getByText("all of this kind").getAttribute("href")).toBe(
    "/settings/audit?action=task.cancel",
  );
  expect(page.address()).toContain(`open=${entry.id}`);
});

test("filters stand in the address and reach the server; what cannot be used is left out and said", async () => {
  const page = await show("/settings/audit?result=maybe&action=task");
  expect(await screen.findByText("One filter was left out")).toBeTruthy();
  await waitFor(() => expect(page.address()).toBe("/settings/audit?action=task"));
  await userEvent.click(screen.getByRole("button", { name: "refused" }));
  await waitFor(() => expect(page.address()).toContain("result=refused"));
  await waitFor(() => expect(page.asked.at(-1)?.path).toContain("action=task&result=refused"));
  await userEvent.click(screen.getByRole("button", { name: "Clear all" }));
  await waitFor(() => expect(page.address()).toBe("/settings/audit"));
});

test("the export takes the filters along", async () => {
  const followed: string[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function follow(this: HTMLAnchorElement) {
    followed.push(`${this.download} ${this.getAttribute("href")}`);
  });
  await show("/settings/audit?result=refused");
  await userEvent.click(await screen.findByRole("menuitem", { name: "CSV, for a table", hidden: true }));
  expect(followed).toEqual(["audit-log.csv /api/v1/admin/audit-log/export?format=csv&result=refused"]);
});

test("the chain is verified on demand: whole with its head", async () => {
  await show();
  await userEvent.click(await screen.findByRole("button", { name: "Verify the chain" }));
  expect(await screen.findByText("The chain is whole: 12 entries")).toBeTruthy();
  expect(screen.getByTitle("cd".repeat(32))).toBeTruthy();
});

test("a broken chain says where and why", async () => {
  verdict = {
    is_intact: false,
    entries: 6,
    head: null,
    first_broken_seq: 7,
    problem: "The entry was changed.",
  };
  await show();
  await userEvent.click(await screen.findByRole("button", { name: "Verify the chain" }));
  expect(await screen.findByText("The chain is broken at entry 7")).toBeTruthy();
  expect(screen.getByText(/The entry was changed/)).toBeTruthy();
});

test("nothing written yet, and nothing that fits, are told apart", async () => {
  entries = [];
  await show();
  expect(await screen.findByText("What people and programs do appears here")).toBeTruthy();
  cleanup();
  await show("/settings/audit?q=tides");
  expect(await screen.findByText("No entry fits these filters")).toBeTruthy();
});

test("a person in the address is named in the filters, with a way to let go", async () => {
  const page = await show(`/settings/audit?actor_id=${entry.actor_id}`);
  const chip = await screen.findByRole("button", { name: "Remove the filter By" });
  await waitFor(() => expect(chip.textContent).toContain("Noor"));
  await userEvent.click(chip);
  await waitFor(() => expect(page.address()).toBe("/settings/audit"));
});
