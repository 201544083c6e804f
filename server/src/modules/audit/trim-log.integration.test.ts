import { type RawBuilder, sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createTestApp } from "../../../test/app.ts";
import { ageAuditLog, tamper as tamperWith } from "../../../test/builders/aged-audit-log.ts";
import { auditEntry } from "../../../test/builders/audit-entry.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import { createDatabase } from "../../platform/database.ts";
import { createSilentLogger } from "../../platform/logger.ts";
import { type EntryContent, hashContent } from "./chain.ts";
import type { AuditExtent } from "./models.ts";
import { listChain } from "./repo/writing.ts";
import { type AuditService, createAuditService } from "./service.ts";
import { trimLog } from "./trim-log.ts";

let test: TestDatabase;
let audit: AuditService;
beforeEach(async () => {
  test = await createTestDatabase({ max: 12 });
  audit = createAuditService(test.database, 400);
});
afterEach(() => test.close());

const person = "01890000-0000-7000-8000-00000000000a";

async function write(count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) await audit.record(auditEntry({ details: { number } }));
}

const tamper = (...statements: readonly RawBuilder<unknown>[]) => tamperWith(test.database, ...statements);

async function age(days: number): Promise<void> {
  await ageAuditLog(test.database, days);
  expect(await audit.verify()).toMatchObject({ is_intact: true });
}

/** A log of old entries and of young ones. */
async function writeOldAndYoung(old: number, young: number, days = 500): Promise<void> {
  await write(old);
  await age(days);
  await write(young);
}

async function seqsLeft(): Promise<number[]> {
  const { rows } = await audit.list({}, { limit: 200 });
  return rows.map(({ seq }) => seq);
}

describe("the beginning of the log", () => {
  it("goes when its time is over, with where people were; the chain says so and is whole from there on", async () => {
    await writeOldAndYoung(5, 3);
    const oldHash = (await audit.list({}, { limit: 200 })).rows.find(({ seq }) => seq === 5)?.hash;
    expect(await trimLog(test.database, 400)).toBe(5);
    const { rows } = await audit.list({}, { limit: 200 });
    expect(rows.map(({ seq }) => seq)).toEqual([9, 8, 7, 6]);
    expect(rows[0]).toMatchObject({
      ...{ action: "audit.trimmed", object_kind: "audit_log", result: "done", actor_kind: "machine" },
      details: { removed: 5, last_seq: 5, last_hash: oldHash, kept_days: 400 },
    });
    const { rows: places } = await sql<{ seq: number }>`SELECT seq FROM audit_places ORDER BY seq`.execute(
      test.database,
    );
    expect(places.map(({ seq }) => seq)).toEqual([6, 7, 8]);
    const verdict = await audit.verify();
    expect(verdict).toMatchObject({ is_intact: true, entries: 4, removed: 5, head: rows[0]?.hash });
    expect(Date.parse(verdict.since ?? "")).toBe(Date.parse(rows.at(-1)?.at ?? ""));
    expect(await audit.extent()).toEqual({
      ...{ newest_seq: 9, since: rows.at(-1)?.at, removed: 5, keep_days: 400 },
    });
  });

  it("stays while it is young, when it shall stay for ever, and until a day is full", async () => {
    expect(await trimLog(test.database, 400)).toBe(0);
    await write(3);
    await age(400);
    expect(await trimLog(test.database, 400)).toBe(0);
    await age(0.99);
    expect(await trimLog(test.database, 400)).toBe(0);
    expect(await trimLog(test.database, 0)).toBe(0);
    expect(await seqsLeft()).toEqual([3, 2, 1]);
    await age(0.02);
    expect(await trimLog(test.database, 400)).toBe(3);
  });

  it("is not removed after less than 90 days, whatever is asked for", async () => {
    await write(2);
    await age(89);
    await expect(trimLog(test.database, 30)).rejects.toThrow(RangeError);
    expect(await seqsLeft()).toEqual([2, 1]);
  });

  it("goes again and again, and in pieces when it is long", async () => {
    await writeOldAndYoung(7, 2, 1_000);
    expect(await trimLog(test.database, 400, 3)).toBe(7);
    expect(await audit.verify()).toMatchObject({ is_intact: true, removed: 7, entries: 5 });
    await age(500);
    await write(1);
    expect(await trimLog(test.database, 400)).toBe(5);
    expect(await seqsLeft()).toEqual([14, 13]);
    expect(await audit.verify()).toMatchObject({ is_intact: true, removed: 12, entries: 2 });
    const { rows } = await sql`SELECT seq, removed FROM audit_anchors ORDER BY seq`.execute(test.database);
    expect(rows).toEqual([
      { seq: 3, removed: 3 },
      { seq: 6, removed: 3 },
      { seq: 7, removed: 1 },
      { seq: 12, removed: 5 },
    ]);
  });

  it("goes although places in it were erased, and what is left of an erased person stays whole", async () => {
    await write(2);
    await age(500);
    await write(1);
    await test.database.transaction().execute((transaction) => audit.erasePlaces(transaction, person));
    expect(await trimLog(test.database, 400)).toBe(2);
    expect(await audit.verify()).toMatchObject({ is_intact: true, removed: 2, entries: 3 });
  });

  it("stays when it is not as it was written: nothing that shows tampering is removed", async () => {
    await writeOldAndYoung(5, 1);
    await tamper(sql`UPDATE audit_log SET action = 'task.continue' WHERE seq = 4`);
    await expect(trimLog(test.database, 400)).rejects.toThrow("Entry 4 is not as it was written.");
    expect(await seqsLeft()).toEqual([6, 5, 4, 3, 2, 1]);
    expect(await audit.verify()).toMatchObject({ is_intact: false, first_broken_seq: 4, removed: 0 });
  });

  it("goes once when servers race for it, beside writers and whoever verifies", async () => {
    await writeOldAndYoung(60, 5);
    const other = createDatabase({
      ...{ url: test.url, max: 12, applicationName: "other", logger: createSilentLogger() },
    });
    const trims = [test.database, other.database, test.database, other.database].map((database) =>
      trimLog(database, 400, 7),
    );
    const writers = Array.from({ length: 40 }, () => audit.record(auditEntry()));
    const verdicts = Array.from({ length: 6 }, () => createAuditService(other.database).verify());
    const removed = await Promise.all(trims);
    await Promise.all(writers);
    for (const verdict of await Promise.all(verdicts)) expect(verdict).toMatchObject({ is_intact: true });
    const last = await trimLog(test.database, 400, 7);
    expect(removed.reduce((sum, count) => sum + count, last)).toBe(60);
    const left = await seqsLeft();
    expect(left).toEqual(Array.from({ length: left.length }, (_, place) => 60 + left.length - place));
    const verdict = await audit.verify();
    expect(verdict).toMatchObject({ is_intact: true, removed: 60, entries: left.length });
    await other.close();
  });
});

describe("somebody with all rights in the database", () => {
  beforeEach(async () => {
    await writeOldAndYoung(5, 4);
    await sql`CREATE TABLE before_it AS SELECT * FROM audit_log`.execute(test.database);
    await trimLog(test.database, 400);
  });

  it("cannot cut more off unnoticed", async () => {
    await tamper(sql`DELETE FROM audit_log WHERE seq = 6`);
    expect(await audit.verify()).toMatchObject({
      ...{ is_intact: false, entries: 0, first_broken_seq: 7 },
      problem: "The beginning is missing: the first entry has number 7, not 6.",
    });
  });

  it("cannot take the anchor away unnoticed", async () => {
    await tamper(sql`DELETE FROM audit_anchors`);
    expect(await audit.verify()).toMatchObject({
      ...{ is_intact: false, first_broken_seq: 6 },
      problem: "The beginning is missing: the first entry has number 6, not 1.",
    });
  });

  it.each([
    "at = at + interval '1 microsecond'",
    "id = uuidv7()",
    "content_sha256 = sha256('x')",
    "previous_hash = sha256('x')",
    "hash = sha256('x')",
    "seq = seq + 1",
  ])("cannot change the anchor unnoticed: %s", async (change) => {
    await tamper(sql`UPDATE audit_anchors SET ${sql.raw(change)}`);
    expect(await audit.verify()).toMatchObject({ is_intact: false, entries: 0 });
  });

  it("cannot put something where entries were removed", async () => {
    await tamper(sql`INSERT INTO audit_log SELECT * FROM before_it WHERE seq = 5`);
    expect(await audit.verify()).toMatchObject({
      ...{ is_intact: false, first_broken_seq: 5 },
      problem: "Entry 5 was put in: everything up to number 5 was removed because its time was over.",
    });
  });

  it("cannot cut off young entries with an anchor that fits, not even announced in the chain", async () => {
    const [last] = await listChain(test.database, 6, 1);
    if (last === undefined) throw new Error("There are entries");
    const content: EntryContent = {
      ...{ actor_id: null, actor_kind: "machine", token_id: null, action: "audit.trimmed" },
      ...{ object_kind: "audit_log", object_id: null, result: "done", code: null, request_id: null },
      ...{ place_sha256: null, details: { last_seq: 7, last_hash: last.hash.toString("hex"), removed: 2 } },
    };
    const cut = sql`SELECT trim_audit_log(7, ${hashContent(last)}::bytea, ${JSON.stringify(content)}::jsonb, ${hashContent(content)}::bytea)`;
    // With the triggers on the database itself refuses it.
    await expect(cut.execute(test.database)).rejects.toThrow("can only be added to");
    await tamper(cut);
    expect(await audit.verify()).toMatchObject({
      ...{ is_intact: false, entries: 0, first_broken_seq: 8 },
      problem:
        "The beginning is missing: no entry says that everything up to number 7 was removed because its time was over.",
    });
  });

  it("cannot take out the entry that announces a removal", async () => {
    await write(1);
    await tamper(sql`DELETE FROM audit_log WHERE action = 'audit.trimmed'`);
    expect(await audit.verify()).toMatchObject({ is_intact: false, first_broken_seq: 11 });
  });
});

describe("the tables", () => {
  beforeEach(() => writeOldAndYoung(3, 2));

  it.each([
    "DELETE FROM audit_log WHERE seq = 1",
    "DELETE FROM audit_places WHERE seq = 1",
    `INSERT INTO audit_anchors (seq, id, at, content_sha256, previous_hash, hash, removed)
      SELECT seq, id, at, hash, previous_hash, hash, 3 FROM audit_log WHERE seq = 3`,
  ])("refuse for old entries too, as long as nothing is announced: %s", async (statement) => {
    await expect(sql.raw(statement).execute(test.database)).rejects.toThrow("can only be added to");
    expect(await audit.verify()).toMatchObject({ is_intact: true, entries: 5 });
  });

  it.each([
    "UPDATE audit_anchors SET removed = 1",
    "DELETE FROM audit_anchors",
    "TRUNCATE audit_anchors",
    "DELETE FROM audit_log",
    "UPDATE audit_log SET result = 'done'",
  ])("refuse after a removal: %s", async (statement) => {
    await trimLog(test.database, 400);
    await expect(sql.raw(statement).execute(test.database)).rejects.toThrow("can only be added to");
    expect(await audit.verify()).toMatchObject({ is_intact: true, removed: 3 });
  });
});

describe("a server", () => {
  it("removes what is older than its setting says, by itself, and tells since when the log goes back", async () => {
    const product = await createTestApp({ COURSEWRIGHT_AUDIT_DAYS: "120" });
    const readExtent = async () => {
      const answer = await product.request("/api/v1/admin/audit-log/extent");
      // What the route promises.
      return (await answer.json()) as AuditExtent;
    };
    for (let number = 0; number < 3; number += 1)
      await product.app.recordAudit(auditEntry({ details: { number } }));
    await ageAuditLog(product.database.database, 122);
    expect(await readExtent()).toMatchObject({ newest_seq: 3, removed: 0, keep_days: 120 });
    await product.app.startServer();
    await vi.waitFor(
      async () => expect(await readExtent()).toMatchObject({ newest_seq: 4, removed: 3 }),
      10_000,
    );
    const verdict = await (await product.request("/api/v1/admin/audit-log/verification")).json();
    expect(verdict).toMatchObject({ is_intact: true, entries: 1, removed: 3 });
    await product.close();
  });
});
