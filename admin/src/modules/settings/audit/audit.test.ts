import { describe, expect, test } from "vitest";
import { auditQueryOf, exportAddress, readAuditFilters } from "./audit-filters.ts";
import { actionWords, actorWords, detailWords, objectOf, proofWords } from "./audit-words.ts";

const id = "019a0000-0000-7000-8000-000000000001";

describe("filters in the address", () => {
  test("usable ones are kept as they are", () => {
    const search = { q: "tides", actor_id: id, action: "unit,lesson", result: "refused", time: "24h" };
    expect(readAuditFilters({ ...search, open: "x" })).toEqual({ filters: search, dropped: [] });
  });

  test.each([
    ["q", "a\u0000b"],
    ["actor_id", "42"],
    ["action", "<script>"],
    ["result", "maybe"],
    ["time", "5 minutes"],
    ["at_from", "yesterday"],
  ])("%s=%s is left out with its reason", (name, value) => {
    const { filters, dropped } = readAuditFilters({ [name]: value });
    expect(filters).toEqual({});
    expect(dropped).toMatchObject([{ name, value }]);
  });

  test("a range that is turned around loses its end", () => {
    const { filters } = readAuditFilters({ at_from: "2026-11-22T10:00:00Z", at_to: "2026-11-21T10:00:00Z" });
    expect(filters).toEqual({ at_from: "2026-11-22T10:00:00Z" });
  });

  test("a range that moves with the clock becomes a moment, in the list and in the export alike", () => {
    const now = Date.parse("2026-11-22T12:30:40Z");
    expect(auditQueryOf({ time: "1h", result: "done" }, now)).toEqual({
      result: "done",
      at_from: "2026-11-22T11:30:00.000Z",
    });
    expect(exportAddress({ time: "1h", q: "a&b" }, "csv", now)).toBe(
      "/api/v1/admin/audit-log/export?format=csv&q=a%26b&at_from=2026-11-22T11%3A30%3A00.000Z",
    );
  });
});

describe("an entry in words", () => {
  test("says what was done, or tried in vain", () => {
    expect(actionWords({ action: "task.cancel", result: "done" })).toBe("cancelled a task");
    expect(actionWords({ action: "task.cancel", result: "refused" })).toBe("tried to cancel a task");
    expect(actionWords({ action: "session.sign_in", result: "refused" })).toBe(
      "tried to sign in with a password",
    );
  });

  test("of something that is closed to whoever asked says so", () => {
    expect(actionWords({ action: "access.refused", result: "refused" })).toBe(
      "tried to see what is closed to them",
    );
    expect(objectOf({ object_kind: "route", object_id: "GET /api/v1/admin/users" })).toEqual({
      ...{ word: "route", id: "GET /api/v1/admin/users", href: null },
    });
  });

  test("an action that is not known is shown by its own name", () => {
    expect(actionWords({ action: "rocket.launch", result: "refused" })).toBe("rocket.launch");
  });

  test("its small facts stand in one line, hostile ones as text", () => {
    expect(detailWords({ role: "operator", changed: ["name", "role"], is_active: false })).toBe(
      "role operator; changed name, role; is active false",
    );
    expect(detailWords({ deep: { a: 1 }, x: "\u202e".repeat(3) })).toBe("x <U+202E><U+202E><U+202E>");
    expect(detailWords({})).toBe("");
  });

  test("leads to the page of its object, and nowhere for an id that is none", () => {
    expect(objectOf({ object_kind: "task", object_id: id }).href).toBe(`/tasks/${id}`);
    expect(objectOf({ object_kind: "task", object_id: "../../sign-in" }).href).toBeNull();
    expect(objectOf({ object_kind: "rocket", object_id: id })).toEqual({ word: "rocket", id, href: null });
  });

  test("tells an erased person, the machine and a stranger apart", () => {
    expect(actorWords({ actor_id: id, actor_kind: "session" })).toBe("Erased person");
    expect(actorWords({ actor_id: null, actor_kind: "machine" })).toContain("machine");
    expect(actorWords({ actor_id: null, actor_kind: "nobody" })).toContain("nobody");
    expect(proofWords({ actor_kind: "token", token_name: "Nightly" })).toBe("by the API token “Nightly”");
  });
});
