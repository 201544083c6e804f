import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditEntry } from "../../../test/builders/audit-entry.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import type { AuditEntry } from "../../platform/audit-entry.ts";
import type { AuditFilter, AuditLogEntry } from "./models.ts";
import { exportEntries } from "./read-log.ts";
import { type AuditService, createAuditService } from "./service.ts";

const administrator = "01890000-0000-7000-8000-00000000000b";
const stranger = "01890000-0000-7000-8000-00000000000a";
const unit = "01890000-0000-7000-8000-0000000000a1";
const request = "01890000-0000-4000-8000-0000000000b1";

let test: TestDatabase;
let audit: AuditService;
beforeAll(async () => {
  test = await createTestDatabase();
  audit = createAuditService(test.database);
  await sql`INSERT INTO users (id, name, role) VALUES (${administrator}, 'Ada', 'admin')`.execute(
    test.database,
  );
  const entries: Partial<AuditEntry>[] = [
    { actor_id: administrator, action: "unit.create", object_kind: "unit", object_id: unit },
    {
      actor_id: administrator,
      action: "unit.delete",
      object_kind: "unit",
      object_id: unit,
      request_id: request,
    },
    {
      actor_id: null,
      actor_kind: "nobody",
      action: "session.sign_in",
      result: "refused",
      code: "sign_in_refused",
    },
    { actor_id: stranger, action: "task.cancel", result: "failed", code: "internal_error" },
    {
      actor_id: administrator,
      action: "user.edit",
      object_kind: "user",
      object_id: stranger,
      details: { role: "viewer" },
    },
    { actor_id: stranger, action: "task.continue", user_agent: '=HYPERLINK("http://evil.example"),\r\n"x"' },
    { actor_id: stranger, action: "tasks.sweep", user_agent: "+1", details: { name: "=1+1" } },
  ];
  for (const entry of entries) await audit.record(auditEntry(entry));
});
afterAll(() => test.close());

async function seqsOf(filter: AuditFilter): Promise<number[]> {
  const { rows, total } = await audit.list(filter, { limit: 50 });
  expect(total).toBe(rows.length);
  return rows.map(({ seq }) => seq);
}

async function read(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
}

describe("the list", () => {
  it("is newest first and names people as their accounts are called", async () => {
    const { rows } = await audit.list({}, { limit: 50 });
    expect(rows.map(({ seq }) => seq)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(rows.at(-1)).toEqual({
      ...{ seq: 1, id: rows.at(-1)?.id, at: rows.at(-1)?.at, hash: rows.at(-1)?.hash },
      ...{ actor_id: administrator, actor_name: "Ada", actor_kind: "session" },
      ...{ token_id: null, token_name: null, action: "unit.create", object_kind: "unit", object_id: unit },
      ...{ result: "done", code: null, request_id: "01890000-0000-4000-8000-0000000000e1", details: {} },
      ...{ address: "192.0.2.7", user_agent: "Mozilla/5.0" },
    });
    expect(rows[0]).toMatchObject({ actor_id: stranger, actor_name: null });
  });

  it.each<[string, AuditFilter, number[]]>([
    ["a person", { actor_id: stranger }, [7, 6, 4]],
    ["one action", { action: "unit.delete" }, [2]],
    ["a kind, and no other kind that begins alike", { action: "task" }, [6, 4]],
    ["several kinds and actions", { action: "session, unit.create,task" }, [6, 4, 3, 1]],
    ["an action that never happened", { action: "connection" }, []],
    ["a result", { result: "refused" }, [3]],
    ["what was done", { result: "done", action: "task" }, [6]],
    ["a person's actions of a kind", { actor_id: administrator, action: "unit" }, [2, 1]],
    ["a failed action of a kind", { result: "failed", action: "task" }, [4]],
    ["a part of an action, whatever its case", { q: "TASK" }, [7, 6, 4]],
    ["the id of an object, who is a person too", { q: stranger.toUpperCase() }, [7, 6, 5, 4]],
    ["the id of an object beside a kind", { q: stranger, action: "user" }, [5]],
    ["the id of a request", { q: request }, [2]],
    ["words beside a kind", { q: "ta", action: "task" }, [6, 4]],
    ["nothing that there is", { q: "01890000-0000-7000-8000-ffffffffffff" }, []],
    ["a wildcard, which is none here", { q: "%" }, []],
  ])("is narrowed to %s", async (_what, filter, expected) => {
    expect(await seqsOf(filter)).toEqual(expected);
  });

  it("takes a time from its first moment on and before its end, to the microsecond", async () => {
    const { rows } = await sql<{ at: string }>`
      SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at FROM audit_log ORDER BY seq`.execute(
      test.database,
    );
    expect(await seqsOf({ at_from: rows[3]?.at })).toEqual([7, 6, 5, 4]);
    expect(await seqsOf({ at_from: rows[1]?.at, at_to: rows[3]?.at })).toEqual([3, 2]);
  });

  it.each<[string, AuditFilter]>([
    ["all", {}],
    ["a kind", { action: "task,unit,user" }],
    ["words", { q: "t" }],
  ])("of %s goes page by page both ways, with every entry once", async (_what, filter) => {
    const whole = await seqsOf(filter);
    const older: number[] = [];
    let cursor: string | undefined;
    let last: AuditLogEntry | undefined;
    do {
      const page = await audit.list(filter, { limit: 2, cursor });
      older.push(...page.rows.map(({ seq }) => seq));
      last = page.rows.at(-1);
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(older).toEqual(whole);

    const newer: number[] = last === undefined ? [] : [last.seq];
    cursor = last?.id;
    while (cursor !== undefined) {
      const page = await audit.list(filter, { limit: 2, cursor, direction: "newer" });
      newer.unshift(...page.rows.map(({ seq }) => seq));
      cursor = page.next_cursor ?? undefined;
    }
    expect(newer).toEqual(whole);
  });

  it("refuses a cursor that it did not give", async () => {
    for (const cursor of ["7", "01890000-0000-7000-8000-ffffffffffff"])
      await expect(audit.list({}, { limit: 2, cursor })).rejects.toMatchObject({ code: "cursor_invalid" });
  });
});

describe("the export", () => {
  it("is a table with safe cells, oldest first", async () => {
    const text = await read(await audit.export({ actor_id: stranger }, "csv"));
    const [head, ...lines] = text.split("\r\n");
    expect(head).toBe(
      "seq,id,at,actor_id,actor_name,actor_kind,token_id,token_name,action,object_kind,object_id,result,code,request_id," +
        "details,address,user_agent,hash",
    );
    expect(lines[0]).toMatch(/^4,/);
    expect(text).toContain(`,"'=HYPERLINK(""http://evil.example""),\r\n""x""",`);
    expect(text).toContain(",'+1,");
    expect(text).toContain(`,"{""name"":""=1+1""}",`);
    expect(text.endsWith("\r\n")).toBe(true);
  });

  it("is one entry a line, the same as the list's", async () => {
    const text = await read(await audit.export({}, "jsonl"));
    const { rows } = await audit.list({}, { limit: 50 });
    const entries: unknown[] = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(entries).toEqual(rows.reverse());
  });

  it("is refused past its limit, and not at it", async () => {
    await expect(exportEntries(test.database, {}, "csv", 6)).rejects.toMatchObject({
      ...{ code: "audit_export_too_large", status: 422 },
    });
    expect((await read(await exportEntries(test.database, {}, "jsonl", 7))).split("\n")).toHaveLength(8);
  });

  it("reads no more than was taken, and ends when its reader goes", async () => {
    const stream = await audit.export({}, "csv");
    await stream.cancel();
    expect(stream.locked).toBe(false);
  });
});

describe("what is written about a person", () => {
  it("is what they did, and what others did to their account without who those were", async () => {
    const entries = await audit.listOfActor(stranger);
    expect(entries.map(({ seq }) => seq)).toEqual([4, 5, 6, 7]);
    expect(entries[0]).toMatchObject({ actor_id: stranger, address: "192.0.2.7" });
    expect(entries[1]).toMatchObject({
      ...{ action: "user.edit", actor_id: null, actor_name: null, address: null, user_agent: null },
      details: { role: "viewer" },
    });
  });
});
