import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { type RawBuilder, sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tamper as tamperWith } from "../../../test/builders/aged-audit-log.ts";
import { auditEntry } from "../../../test/builders/audit-entry.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import { captureQueries } from "../../../test/query-plan.ts";
import type { AuditEntry } from "../../platform/audit-entry.ts";
import { createDatabase } from "../../platform/database.ts";
import { createSilentLogger } from "../../platform/logger.ts";
import { type EntryContent, hashContent } from "./chain.ts";
import { type AuditService, createAuditService } from "./service.ts";
import { pieceLength } from "./verify-chain.ts";
import { recordEntry } from "./write-log.ts";

let test: TestDatabase;
let audit: AuditService;
beforeEach(async () => {
  test = await createTestDatabase({ max: 12 });
  audit = createAuditService(test.database);
});
afterEach(() => test.close());

const person = "01890000-0000-7000-8000-00000000000a";

async function writeEntries(count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1)
    await audit.record(auditEntry({ details: { number }, address: `192.0.2.${number}` }));
}

/** What is hashed of an entry that is nowhere. */
function contentOf({ address: _address, user_agent: _browser, ...fields }: AuditEntry): EntryContent {
  return { ...fields, place_sha256: null };
}

/** The statement by which the product itself adds it. */
function append(content: EntryContent): RawBuilder<unknown> {
  return sql`SELECT append_audit_entry(${JSON.stringify(content)}::jsonb, ${hashContent(content)}::bytea, null)`;
}

const tamper = (...statements: readonly RawBuilder<unknown>[]) => tamperWith(test.database, ...statements);

describe("the chain", () => {
  it("is whole while it is empty, and has no head", async () => {
    expect(await audit.verify()).toEqual({
      ...{
        is_intact: true,
        entries: 0,
        removed: 0,
        since: null,
        head: null,
        first_broken_seq: null,
        problem: null,
      },
    });
  });

  it("holds whatever text an entry can hold", async () => {
    const text = fc
      .string({ unit: "binary", maxLength: 40 })
      .filter((value) => !value.includes("\u0000") && value.isWellFormed());
    const number = fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((value) => !Number.isInteger(value) || Number.isSafeInteger(value));
    const details = fc.dictionary(text, fc.oneof(text, number, fc.boolean()));
    await fc.assert(
      fc.asyncProperty(text, text, details, async (object_id, user_agent, found) => {
        await audit.record(auditEntry({ object_id, user_agent, details: found, code: object_id }));
      }),
      { numRuns: 150 },
    );
    await audit.record(
      auditEntry({
        details: { "\u2028": '"\\\b\f\n\r\t\u0001\u007f€😀', largest: 2 ** 53 - 1, small: 5e-324 },
      }),
    );
    expect(await audit.verify()).toMatchObject({ is_intact: true, entries: 151, problem: null });
  });

  it("ends with the hash that the newest entry shows", async () => {
    await writeEntries(3);
    const { head } = await audit.verify();
    const page = await audit.list({}, { limit: 1 });
    expect(head).toMatch(/^[0-9a-f]{64}$/);
    expect(page.rows[0]).toMatchObject({ seq: 3, hash: head });
  });

  it("refuses what has no exact JSON form, and writes nothing", async () => {
    await expect(audit.record(auditEntry({ details: { text: "\ud800" } }))).rejects.toThrow(TypeError);
    await expect(audit.record(auditEntry({ user_agent: "a\u0000b" }))).rejects.toThrow(TypeError);
    expect(await audit.verify()).toMatchObject({ is_intact: true, entries: 0 });
  });

  it("has no holes after a race of 50 writers over two pools", async () => {
    const other = createDatabase({
      ...{ url: test.url, max: 12, applicationName: "other", logger: createSilentLogger() },
    });
    const otherAudit = createAuditService(other.database);
    await Promise.all(
      Array.from({ length: 50 }, (_, number) =>
        (number % 2 === 0 ? audit : otherAudit).record(auditEntry({ details: { number } })),
      ),
    );
    await other.close();
    const { rows } = await audit.list({}, { limit: 200 });
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, place) => 50 - place));
    expect(new Set(rows.map(({ details }) => details.number)).size).toBe(50);
    expect(await audit.verify()).toMatchObject({ is_intact: true, entries: 50 });
  });

  it("leaves no hole when a writer's transaction is given up", async () => {
    await writeEntries(1);
    const givenUp = test.database.transaction().execute(async (transaction) => {
      await recordEntry(transaction, auditEntry());
      throw new Error("given up");
    });
    await expect(givenUp).rejects.toThrow("given up");
    await writeEntries(1);
    expect(await audit.verify()).toMatchObject({ is_intact: true, entries: 2 });
  });

  it("is read in pieces, however long it is", async () => {
    const content = contentOf(auditEntry());
    const entries = pieceLength * 2 + 10;
    await sql`${append(content)} FROM generate_series(1, ${entries})`.execute(test.database);
    const sent = await captureQueries(test.pool, async (database) => {
      expect(await createAuditService(database).verify()).toMatchObject({ is_intact: true, entries });
    });
    const pieces = sent.filter(({ parameters }) => parameters.includes(pieceLength));
    expect(pieces.map(({ parameters }) => parameters[0])).toEqual([0, pieceLength, pieceLength * 2]);
  });
});

describe("somebody with all rights in the database", () => {
  beforeEach(() => writeEntries(6));

  const columns = [
    "actor_id = uuidv7()",
    "actor_kind = 'machine'",
    "token_id = uuidv7()",
    "action = 'task.continue'",
    "object_kind = 'unit'",
    "object_id = 'other'",
    "result = 'refused'",
    "code = 'not_allowed'",
    "request_id = null",
    `details = '{"number": 5}'`,
    "place_sha256 = sha256('x')",
    "at = at + interval '1 microsecond'",
    "id = uuidv7()",
    "hash = sha256('x')",
    "previous_hash = sha256('x')",
    `details = '{"number": 1e300}'`,
  ];
  it.each(columns)("cannot change a row unnoticed: %s", async (change) => {
    await tamper(sql`UPDATE audit_log SET ${sql.raw(change)} WHERE seq = 4`);
    expect(await audit.verify()).toMatchObject({
      ...{ is_intact: false, first_broken_seq: 4, entries: 3, problem: "Entry 4 is not as it was written." },
    });
  });

  it("cannot take a row out unnoticed", async () => {
    await tamper(sql`DELETE FROM audit_log WHERE seq = 3`);
    expect(await audit.verify()).toMatchObject({
      ...{
        is_intact: false,
        first_broken_seq: 4,
        problem: "Entries are missing: number 4 comes after number 2.",
      },
    });
  });

  it("cannot take a row out and close the gap", async () => {
    await tamper(
      sql`DELETE FROM audit_log WHERE seq = 3`,
      sql`UPDATE audit_log SET seq = seq - 1 WHERE seq > 3`,
    );
    expect(await audit.verify()).toMatchObject({ is_intact: false, first_broken_seq: 3 });
  });

  it("cannot put a row in unnoticed, not even one with a right hash of its own", async () => {
    const content = contentOf(auditEntry());
    await tamper(
      sql`CREATE TEMP TABLE later AS SELECT * FROM audit_log WHERE seq > 3`,
      sql`CREATE TEMP TABLE later_places AS SELECT * FROM audit_places WHERE seq > 3`,
      sql`UPDATE later SET seq = seq + 1`,
      sql`UPDATE later_places SET seq = seq + 1`,
      sql`DELETE FROM audit_log WHERE seq > 3`,
      sql`DELETE FROM audit_places WHERE seq > 3`,
      append(content),
      sql`INSERT INTO audit_log SELECT * FROM later`,
      sql`INSERT INTO audit_places SELECT * FROM later_places`,
    );
    expect(await audit.verify()).toMatchObject({ is_intact: false, first_broken_seq: 5, entries: 4 });
  });

  it("cannot write a row anew with all its hashes unnoticed: the next one does not follow it", async () => {
    const content = contentOf(auditEntry({ result: "refused" }));
    await tamper(
      sql`CREATE TEMP TABLE later AS SELECT * FROM audit_log WHERE seq > 3`,
      sql`DELETE FROM audit_log WHERE seq >= 3`,
      sql`DELETE FROM audit_places WHERE seq = 3`,
      append(content),
      sql`INSERT INTO audit_log SELECT * FROM later`,
    );
    expect(await audit.verify()).toMatchObject({
      ...{ is_intact: false, first_broken_seq: 4, entries: 3 },
      problem: "Entry 4 does not follow entry 3: one of them was put in, taken out or written anew.",
    });
  });

  it("cannot exchange two rows unnoticed", async () => {
    await tamper(
      sql`UPDATE audit_log SET seq = 1000 WHERE seq = 4`,
      sql`UPDATE audit_log SET seq = 4 WHERE seq = 5`,
      sql`UPDATE audit_log SET seq = 5 WHERE seq = 1000`,
    );
    expect(await audit.verify()).toMatchObject({ is_intact: false, first_broken_seq: 4 });
  });

  it("cannot cut the beginning off unnoticed", async () => {
    await tamper(sql`DELETE FROM audit_log WHERE seq <= 2`);
    expect(await audit.verify()).toMatchObject({
      ...{ is_intact: false, first_broken_seq: 3, entries: 0 },
      problem: "The beginning is missing: the first entry has number 3, not 1.",
    });
  });

  it.each([
    ["change the address", sql`UPDATE audit_places SET address = '198.51.100.1' WHERE seq = 4`],
    ["change the browser", sql`UPDATE audit_places SET user_agent = null WHERE seq = 4`],
    ["change the salt", sql`UPDATE audit_places SET salt = sha256('x') WHERE seq = 4`],
    ["take the place out", sql`DELETE FROM audit_places WHERE seq = 4`],
  ])("cannot %s unnoticed", async (_what, statement) => {
    await tamper(statement);
    expect(await audit.verify()).toMatchObject({ is_intact: false, first_broken_seq: 4, entries: 3 });
  });

  it("cannot put a place to an entry that had none", async () => {
    await audit.record(auditEntry({ address: null, user_agent: null }));
    await tamper(sql`INSERT INTO audit_places (seq, salt, address) VALUES (7, sha256('x'), '198.51.100.1')`);
    expect(await audit.verify()).toMatchObject({ is_intact: false, first_broken_seq: 7 });
  });

  it("can cut the end off, which only the head shows", async () => {
    const before = await audit.verify();
    await tamper(sql`DELETE FROM audit_log WHERE seq > 4`);
    const after = await audit.verify();
    expect(after).toMatchObject({ is_intact: true, entries: 4 });
    expect(after.head).not.toBe(before.head);
  });
});

describe("the tables", () => {
  beforeEach(() => writeEntries(2));

  it.each([
    "UPDATE audit_log SET result = 'done'",
    "DELETE FROM audit_log",
    "TRUNCATE audit_log CASCADE",
    "UPDATE audit_places SET address = null",
    "DELETE FROM audit_places",
    "TRUNCATE audit_places",
  ])("refuse %s", async (statement) => {
    await expect(sql.raw(statement).execute(test.database)).rejects.toThrow("can only be added to");
    expect(await audit.verify()).toMatchObject({ is_intact: true, entries: 2 });
  });
});

function erasePlaces(actor_id: string): Promise<void> {
  return test.database.transaction().execute((transaction) => audit.erasePlaces(transaction, actor_id));
}

describe("erasing where a person was", () => {
  it("is undone with the erasure that it is a part of", async () => {
    await audit.record(auditEntry());
    const erasing = test.database.transaction().execute(async (transaction) => {
      await audit.erasePlaces(transaction, person);
      throw new Error("The rest went wrong");
    });
    await expect(erasing).rejects.toThrow("The rest went wrong");
    const { rows } = await audit.list({}, { limit: 10 });
    expect(rows).toMatchObject([{ action: "task.cancel", user_agent: "Mozilla/5.0" }]);
    expect(await audit.verify()).toMatchObject({ is_intact: true, entries: 1 });
  });

  it("removes their addresses and browsers, leaves those of others, and keeps the chain whole", async () => {
    const other = randomUUID();
    await audit.record(auditEntry());
    await audit.record(auditEntry({ actor_id: other, address: "198.51.100.1" }));
    await audit.record(auditEntry({ actor_kind: "nobody", action: "session.sign_in", result: "refused" }));
    await erasePlaces(person);
    const { rows } = await audit.list({}, { limit: 10 });
    expect(rows.map(({ address, user_agent, action }) => ({ address, user_agent, action }))).toEqual([
      { address: null, user_agent: null, action: "user.erase_places" },
      { address: null, user_agent: null, action: "session.sign_in" },
      { address: "198.51.100.1", user_agent: "Mozilla/5.0", action: "task.cancel" },
      { address: null, user_agent: null, action: "task.cancel" },
    ]);
    const { rows: salts } = await sql`SELECT salt FROM audit_places`.execute(test.database);
    expect(salts).toHaveLength(1);
    expect(await audit.verify()).toMatchObject({ is_intact: true, entries: 4 });
  });

  it("holds also for what a request of theirs brings that ends afterwards", async () => {
    await erasePlaces(person);
    await audit.record(auditEntry());
    const { rows } = await audit.list({}, { limit: 1 });
    expect(rows).toMatchObject([{ action: "task.cancel", address: null, user_agent: null }]);
    expect((await sql`SELECT 1 FROM audit_places`.execute(test.database)).rows).toEqual([]);
    expect(await audit.verify()).toMatchObject({ is_intact: true, entries: 2 });
  });

  it("does not excuse places of others that go", async () => {
    await erasePlaces(person);
    await audit.record(auditEntry({ actor_id: randomUUID() }));
    await expect(sql`DELETE FROM audit_places`.execute(test.database)).rejects.toThrow(
      "can only be added to",
    );
    await tamper(sql`DELETE FROM audit_places`);
    expect(await audit.verify()).toMatchObject({ is_intact: false, first_broken_seq: 2 });
  });

  it("can be done twice", async () => {
    await audit.record(auditEntry());
    await erasePlaces(person.toUpperCase());
    await erasePlaces(person);
    expect(await audit.verify()).toMatchObject({ is_intact: true, entries: 3 });
  });
});
