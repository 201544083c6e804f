import { copyFileSync, rmSync } from "node:fs";
import { symmetricDecrypt, symmetricEncrypt } from "better-auth/crypto";
import { sql } from "kysely";
import { afterEach, beforeEach, expect, it } from "vitest";
import { sealFormerAddresses } from "../src/modules/insights/alerts/webhook-secrets.ts";
import { keyVersionOf, openKeyRing, rotateKeyRing } from "../src/platform/crypto.ts";
import { createDatabase } from "../src/platform/database.ts";
import { createKeyKeeper } from "../src/platform/key-keeping.ts";
import { createSilentLogger } from "../src/platform/logger.ts";
import { migrate, readMigrations } from "../src/platform/migrate.ts";
import { createColumnStore } from "../src/platform/secret-store.ts";
import { createTestApp, type TestApp } from "./app.ts";
import { createEmptyDatabase } from "./database.ts";
import { runProgram } from "./program.ts";
import { createSibling } from "./sibling.ts";

let test: TestApp;
beforeEach(async () => {
  test = await createTestApp();
});
afterEach(() => test.close());

const address = "https://hooks.example.org/services/T00/B00/abcdefghijkl";

/** A stored secret of every kind: a connection's key, a webhook with its signing secret, an authenticator app. */
async function storeSecrets(): Promise<void> {
  await test.send("POST", "/api/v1/prefect/connections", {
    name: "Elsewhere",
    base_url: "http://127.0.0.1:9/api",
    credentials: { kind: "bearer", api_key: "pnu_stored-key-1" },
  });
  await test.send("POST", "/api/v1/admin/alerts", {
    ...{ name: "Stuck", rule: { kind: "stuck_job" }, webhook_url: address },
  });
  const { database } = test.database;
  const data = await symmetricEncrypt({ key: librarySecrets(), data: "totp-secret" });
  await sql`
    WITH person AS (INSERT INTO users (name, role, email) VALUES ('Ada', 'viewer', 'ada@example.org') RETURNING id),
    account AS (
      INSERT INTO auth."user" ("id", "name", "email", "emailVerified") SELECT id, 'Ada', 'ada@example.org', true FROM person
      RETURNING id
    )
    INSERT INTO auth."twoFactor" ("id", "secret", "backupCodes", "userId") SELECT 'f1', ${data}, ${data}, id FROM account`.execute(
    database,
  );
}

function librarySecrets() {
  const ring = openKeyRing(test.config.keyFile);
  const keys = ring.versions.map(
    (version) => [version, ring.derive("sign-in", version).toString("base64url")] as const,
  );
  return { keys: new Map(keys), currentVersion: ring.current };
}

interface Stored {
  readonly name: string;
  readonly text: string;
}

async function stored(): Promise<Stored[]> {
  const { rows } = await sql<Stored>`
    SELECT 'connection' AS name, auth_encrypted AS text FROM connections WHERE auth_encrypted IS NOT NULL
    UNION ALL SELECT 'address', webhook_encrypted FROM alerts
    UNION ALL SELECT 'signature', webhook_secret FROM alerts
    UNION ALL SELECT 'totp', "secret" FROM auth."twoFactor"
    UNION ALL SELECT 'codes', "backupCodes" FROM auth."twoFactor"`.execute(test.database.database);
  return rows;
}

async function versions(): Promise<number[]> {
  const read = ({ text }: Stored) => Number(/^(?:cw1\.|\$ba\$)(\d+)/.exec(text)?.[1]);
  return [...new Set((await stored()).map(read))];
}

it("a rotation encrypts every stored secret with a new key, and all of them stay readable", async () => {
  await storeSecrets();
  expect(await versions()).toEqual([1]);
  expect(await test.app.keys.rotate()).toEqual({
    ...{ version: 2, is_new_key: true, encrypted: 5, unreadable: [] },
  });
  expect(await versions()).toEqual([2]);
  expect(await test.app.keys.prune()).toEqual([1]);
  await test.app.keys.verify();
  const texts = new Map((await stored()).map(({ name, text }) => [name, text]));
  expect(await symmetricDecrypt({ key: librarySecrets(), data: texts.get("totp") ?? "" })).toBe(
    "totp-secret",
  );
  const shown = await (await test.request("/api/v1/admin/alerts")).json();
  expect(shown).toMatchObject([{ webhook_url: "https://hooks.example.org/…ijkl" }]);
  const sent = await (
    await test.send("POST", `/api/v1/admin/alerts/${(shown as { id: string }[])[0]?.id}/test`)
  ).json();
  expect(sent).not.toMatchObject({ deliveries: [{ error_message: expect.stringContaining("decrypted") }] });
});

it("a server that runs goes on while the command line rotates the keys, and the audit log has it", async () => {
  await storeSecrets();
  await test.app.startServer();
  const program = runProgram(["rotate-keys", "--prune", "--json"], {
    COURSEWRIGHT_HOME: test.config.home,
    COURSEWRIGHT_KEY_FILE: test.config.keyFile,
    DATABASE_URL: test.database.url,
  });
  const code = await program.ended();
  expect([code, program.stderr()]).toEqual([0, ""]);
  expect(JSON.parse(program.stdout())).toEqual({
    ...{ version: 2, is_new_key: true, encrypted: 5, unreadable: [], pruned: [1] },
  });
  const [alert] = (await (await test.request("/api/v1/admin/alerts")).json()) as { id: string }[];
  const renewed = await test.send("PATCH", `/api/v1/admin/alerts/${alert?.id}`, {
    webhook_url: `${address}2`,
  });
  expect(await renewed.json()).toMatchObject({ alert: { webhook_url: "https://hooks.example.org/…jkl2" } });
  expect(await versions()).toEqual([2]);
  const log = await (await test.request("/api/v1/admin/audit-log?action=keys.rotate")).json();
  expect(log).toMatchObject([
    { actor_kind: "machine", result: "done", details: { version: 2, encrypted: 5, pruned: [1] } },
  ]);
});

it("rotations at the same moment take turns: each has a key of its own, and nothing is lost", async () => {
  await storeSecrets();
  await test.app.keys.verify();
  const siblings = await Promise.all([1, 2, 3].map(() => createSibling(test)));
  const rotations = await Promise.all(siblings.map(({ keys }) => keys.rotate()));
  expect(rotations.map(({ version }) => version).sort()).toEqual([2, 3, 4]);
  expect(rotations.flatMap(({ unreadable }) => unreadable)).toEqual([]);
  expect(await versions()).toEqual([4]);
  await test.app.keys.verify();
  for (const sibling of siblings) await sibling.close();
});

it("a rotation that was interrupted goes on with the same key", async () => {
  await storeSecrets();
  // As after a process that ended between the new key and the last secret.
  rotateKeyRing(test.config.keyFile);
  const keyRing = () => openKeyRing(test.config.keyFile);
  const { database } = test.database;
  await createColumnStore(database, keyRing, {
    ...{ table: "alerts", name: "webhook_secret", contextOf: (id) => `alerts:${id}:webhook_secret` },
  }).reencrypt();
  expect((await versions()).sort()).toEqual([1, 2]);
  expect(await test.app.keys.rotate()).toEqual({
    ...{ version: 2, is_new_key: false, encrypted: 4, unreadable: [] },
  });
  expect(await versions()).toEqual([2]);
});

it("a secret that another writer changes meanwhile is not written over", async () => {
  await storeSecrets();
  const ring = openKeyRing(test.config.keyFile);
  const { database } = test.database;
  const [{ id } = { id: "" }] = (await sql<{ id: string }>`SELECT id FROM alerts`.execute(database)).rows;
  const context = `alerts:${id}:webhook_secret`;
  const byAnother = ring.encrypt("whsec_by-another", context);
  const store = createColumnStore(
    database,
    () => ({
      ...ring,
      current: 2,
      decrypt: (text, of) => ring.decrypt(text, of),
      encrypt: (secret, of) => ring.encrypt(secret, of),
    }),
    {
      ...{ table: "alerts", name: "webhook_secret" },
      contextOf(row) {
        return `alerts:${row}:webhook_secret`;
      },
    },
  );
  const slow = store.reencrypt();
  await sql`UPDATE alerts SET webhook_secret = ${byAnother}`.execute(database);
  await slow;
  const [kept] = (await sql<{ text: string }>`SELECT webhook_secret AS text FROM alerts`.execute(database))
    .rows;
  expect(ring.decrypt(kept?.text ?? "", context)).toBe("whsec_by-another");
});

it("a server with another key file refuses to start and says what to do", async () => {
  await storeSecrets();
  await test.app.startServer();
  const good = `${test.config.keyFile}.good`;
  copyFileSync(test.config.keyFile, good);
  const verifyWith = (file: string) =>
    createKeyKeeper({
      ...{ database: test.database.database, file, keyRing: () => openKeyRing(file), stores: [] },
    }).verify();
  const other = `${test.config.keyFile}.other`;
  openKeyRing(other);
  await expect(verifyWith(other)).rejects.toMatchObject({
    code: "key_file_mismatch",
    message: expect.stringContaining("is not the one of this database"),
  });
  await expect(verifyWith(`${other}.missing`)).rejects.toThrow("is missing");
  await verifyWith(good);
});

it("before anything was noted, a key file that does not read what is stored is refused all the same", async () => {
  await storeSecrets();
  rmSync(test.config.keyFile);
  await expect(test.app.startServer()).rejects.toThrow("is missing");
  const keyRing = () => openKeyRing(test.config.keyFile);
  keyRing();
  const { database } = test.database;
  const column = {
    table: "connections",
    name: "auth_encrypted",
    contextOf: (id: string) => `connection:${id}`,
  };
  const stores = [createColumnStore(database, keyRing, column)];
  const keeper = createKeyKeeper({ database, file: test.config.keyFile, keyRing, stores });
  await expect(keeper.verify()).rejects.toMatchObject({ code: "key_file_mismatch" });
});

it("a lost key file is replaced when that is asked for, and what only it read is named", async () => {
  await storeSecrets();
  await test.app.keys.verify();
  rmSync(test.config.keyFile);
  await expect(test.app.keys.rotate()).rejects.toThrow("is missing");
  const loss = await test.app.keys.acceptLoss();
  expect(loss).toMatchObject({ version: 2, encrypted: 0 });
  expect(loss.unreadable.map((place) => place.split(" ")[0]).sort()).toEqual([
    "alerts.webhook_encrypted",
    "alerts.webhook_secret",
    "auth.twoFactor.backupCodes",
    "auth.twoFactor.secret",
    "connections.auth_encrypted",
  ]);
});

it("an address that an earlier version stored as it is becomes a secret when the server starts", async () => {
  const { database } = test.database;
  const ring = openKeyRing(test.config.keyFile);
  await sql`
    INSERT INTO alerts (id, name, rule, webhook_url, webhook_mask, webhook_secret)
    SELECT id, 'Former', '{"kind":"stuck_job"}', ${"https://hooks.example.org/former/abcdefgh"}, 'https://hooks.example.org/…',
      'x' FROM (SELECT '01890000-0000-7000-8000-000000000001'::uuid AS id) one`.execute(database);
  await test.app.startServer();
  const { rows } = await sql<Record<string, string | null>>`
    SELECT webhook_url, webhook_mask, webhook_encrypted FROM alerts`.execute(database);
  expect(rows[0]).toMatchObject({ webhook_url: null, webhook_mask: "https://hooks.example.org/…efgh" });
  const text = rows[0]?.webhook_encrypted ?? "";
  expect(keyVersionOf(text)).toBe(1);
  expect(ring.decrypt(text, "alerts:01890000-0000-7000-8000-000000000001:webhook_url")).toBe(
    "https://hooks.example.org/former/abcdefgh",
  );
});

it("alerts of the version before keep their webhooks through the migration, without their addresses in any row", async () => {
  const former = await createEmptyDatabase();
  const secret = "https://hooks.example.org/former/abcdefgh?token=0123456789";
  const logger = createSilentLogger();
  try {
    const migrations = readMigrations();
    await migrate({ url: former.url, logger, migrations: migrations.filter(({ number }) => number < 30) });
    const { database, close } = createDatabase({ url: former.url, max: 2, applicationName: "test", logger });
    try {
      // The address is no secret yet: it goes in as that version wrote it.
      await sql`
        WITH made AS (
          INSERT INTO alerts (name, rule, webhook_url, webhook_secret)
          VALUES ('Former', '{"kind":"stuck_job"}', ${sql.lit(secret)}, 'x'), ('Without', '{"kind":"stuck_job"}', NULL, NULL)
          RETURNING id, webhook_url
        )
        INSERT INTO alert_deliveries (alert_id, kind, channel, address)
        SELECT id, 'test', 'webhook', webhook_url FROM made WHERE webhook_url IS NOT NULL`.execute(database);
      const inserted = await sql`SELECT 1 FROM alerts WHERE webhook_url = ${sql.lit(secret)}`.execute(
        database,
      );
      expect(inserted.rows).toHaveLength(1);
      await migrate({ url: former.url, logger, migrations });
      const ring = openKeyRing(test.config.keyFile);
      await Promise.all([1, 2].map(() => sealFormerAddresses(database, () => ring)));
      const { rows } = await sql<Record<string, string | null>>`
        SELECT a.id, a.webhook_url, a.webhook_mask, a.webhook_encrypted, a::text || d::text AS text
        FROM alerts a LEFT JOIN alert_deliveries d ON d.alert_id = a.id ORDER BY a.name`.execute(database);
      expect(rows[0]).toMatchObject({ webhook_url: null, webhook_mask: "https://hooks.example.org/…6789" });
      expect(rows[0]?.text).toContain("https://hooks.example.org/…");
      expect(rows[0]?.text).not.toMatch(/abcdefgh|012345/);
      expect(rows[1]).toMatchObject({ webhook_url: null, webhook_mask: null, webhook_encrypted: null });
      const opened = ring.decrypt(rows[0]?.webhook_encrypted ?? "", `alerts:${rows[0]?.id}:webhook_url`);
      expect(opened).toBe(secret);
    } finally {
      await close();
    }
  } finally {
    await former.close();
  }
});
