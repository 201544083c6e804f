import { focusManager } from "@tanstack/react-query";
import { act, cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { AuditEntry, AuditExtent, AuditVerification } from "../../../api/account-rows.ts";
import { type Answer, refusal, renderWithServer, teachDialogs } from "../../engines/render-with-server.tsx";
import { AuditPage } from "./AuditPage.tsx";

beforeAll(teachDialogs);
afterEach(() => {
  cleanup();
  scrollTo(0);
  focusManager.setFocused(undefined);
  vi.unstubAllGlobals();
});

function scrollTo(y: number): void {
  Object.defineProperty(window, "scrollY", { value: y, configurable: true });
  act(() => {
    window.dispatchEvent(new Event("scroll"));
  });
}

/** Somebody looks away and back again, when the page asks anew. */
function lookAgain(): void {
  act(() => focusManager.setFocused(false));
  act(() => focusManager.setFocused(true));
}

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
let extent: AuditExtent;
let lesson: unknown;
const answer: Answer = ({ path }) => {
  if (path.startsWith("/admin/audit-log/verification")) return verdict;
  if (path.startsWith("/admin/audit-log/extent")) return extent;
  if (path.startsWith("/content/lessons/")) return lesson;
  if (path.includes("direction=newer")) return entries.filter(({ seq }) => seq > entry.seq);
  if (path.startsWith("/admin/users/")) return { id: entry.actor_id, name: "Noor" };
  return entries;
};

beforeEach(() => {
  entries = [entry];
  verdict = {
    ...{ is_intact: true, entries: 12, removed: 0, since: "2026-11-20T08:00:00.000Z" },
    ...{ head: "cd".repeat(32), first_broken_seq: null, problem: null },
  };
  extent = { newest_seq: 12, since: "2026-11-20T08:00:00.000Z", removed: 0, keep_days: 400 };
  lesson = refusal(404, "lesson_not_found", "Not found", "There is no such lesson.");
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
    ...verdict,
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

describe("what is written down while the page is open", () => {
  const newer = [
    { ...entry, id: "019a0000-0000-7000-8000-000000000e03", seq: 14, action: "unit.publish" },
    { ...entry, id: "019a0000-0000-7000-8000-000000000e02", seq: 13, action: "unit.create" },
  ];
  const writeDown = () => {
    entries = [...newer, entry];
    extent = { ...extent, newest_seq: 14 };
  };

  test("comes by itself at the top", async () => {
    await show();
    await screen.findByText("cancelled a task");
    writeDown();
    lookAgain();
    expect(await screen.findByText("published a unit")).toBeTruthy();
    expect(screen.queryByText(/new entr/)).toBeNull();
  });

  test("waits, counted, while the reader is further down, until it is asked for", async () => {
    vi.stubGlobal("scrollTo", () => scrollTo(0));
    await show();
    await screen.findByText("cancelled a task");
    scrollTo(600);
    writeDown();
    lookAgain();
    const pill = await screen.findByRole("button", { name: "2 new entries" });
    expect(screen.queryByText("published a unit")).toBeNull();
    await userEvent.click(pill);
    expect(await screen.findByText("published a unit")).toBeTruthy();
    await waitFor(() => expect(screen.queryByText(/new entr/)).toBeNull());
  });

  test("waits as well while an entry is open, and comes when it is closed", async () => {
    await show();
    const toggle = await screen.findByRole("button", { name: "Details: cancelled a task" });
    await userEvent.click(toggle);
    writeDown();
    lookAgain();
    expect(await screen.findByRole("button", { name: "2 new entries" })).toBeTruthy();
    expect(screen.queryByText("published a unit")).toBeNull();
    await userEvent.click(toggle);
    expect(await screen.findByText("published a unit")).toBeTruthy();
  });

  test("is not asked for again while nothing was written down", async () => {
    const page = await show();
    await screen.findByText("cancelled a task");
    const lists = () => page.asked.filter(({ path }) => path.startsWith("/admin/audit-log?"));
    const extents = () => page.asked.filter(({ path }) => path.endsWith("/extent"));
    const before = extents().length;
    lookAgain();
    await waitFor(() => expect(extents().length).toBeGreaterThan(before));
    expect(lists()).toHaveLength(1);
  });
});

test("a lesson is named and leads to its page; one that is gone is told and leads nowhere", async () => {
  const lessonId = "019a0000-0000-7000-8000-0000000000bb";
  entries = [{ ...entry, action: "lesson.edit", object_kind: "lesson", object_id: lessonId }];
  lesson = { id: lessonId, unit_id: "019a0000-0000-7000-8000-0000000000cc", title: "How clouds form" };
  await show();
  await userEvent.click(await screen.findByRole("button", { name: "Details: edited a lesson" }));
  const link = await screen.findByRole("link", { name: "How clouds form" });
  expect(link.getAttribute("href")).toBe(`/units/019a0000-0000-7000-8000-0000000000cc/lessons/${lessonId}`);
  cleanup();
  lesson = refusal(404, "lesson_not_found", "Not found", "There is no such lesson.");
  await show(`/settings/audit?open=${entry.id}`);
  expect(await screen.findByText("is gone")).toBeTruthy();
  expect(screen.queryByRole("link", { name: "How clouds form" })).toBeNull();
});

test("the page says since when the log has entries and how long it keeps them", async () => {
  extent = { ...extent, removed: 1_500 };
  verdict = { ...verdict, removed: 1_500 };
  await show();
  const card = await screen.findByRole("region", { name: "The chain of entries" });
  await waitFor(() =>
    expect(card.textContent).toMatch(
      /goes back to .*\. Entries are kept for 400 days; 1,500 older ones are gone\./,
    ),
  );
  await userEvent.click(screen.getByRole("button", { name: "Verify the chain" }));
  expect(await screen.findByText(/It begins with entry 1,501/)).toBeTruthy();
  cleanup();
  extent = { ...extent, removed: 0, keep_days: null };
  await show();
  expect(await screen.findByText(/Nothing is ever removed\./)).toBeTruthy();
});
