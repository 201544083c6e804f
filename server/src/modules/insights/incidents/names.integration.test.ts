import { sql } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createDatabaseBefore, type OlderDatabase } from "../../../../test/older-database.ts";
import { listIncidents, listOpenAt } from "./repo.ts";

let connection: OlderDatabase;
beforeEach(async () => {
  connection = await createDatabaseBefore("0033_people.sql");
});
afterEach(() => connection.close());

async function addPerson(name: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    INSERT INTO users (name, role) VALUES (${name}, 'admin') RETURNING id`.execute(connection.database);
  return rows[0]?.id ?? "";
}

/** An open incident as it was stored before: with names, and a recovery that somebody stopped. */
async function addIncident(noter: string, starter: { id: string; name: string }): Promise<string> {
  const { database } = connection;
  const { rows } = await sql<{ id: string }>`
    INSERT INTO incidents (cause, error_message, error_fingerprint, first_seen_at, last_seen_at, note, noted_by, noted_at)
    VALUES (gen_random_uuid()::text, 'It broke', 'f', clock_timestamp(), clock_timestamp(), 'I look at it', ${noter},
      clock_timestamp()) RETURNING id`.execute(database);
  const id = rows[0]?.id ?? "";
  await sql`
    INSERT INTO incident_recoveries (incident_id, user_id, started_by, state, reason, ended_at)
    VALUES (${id}::uuid, ${starter.id}::uuid, ${starter.name}, 'stopped',
      ${`${noter} stopped it. No further unit is resumed. One that runs already goes on.`}, clock_timestamp())`.execute(
    database,
  );
  await sql`SELECT show_recovery(r.id) FROM incident_recoveries r WHERE r.incident_id = ${id}::uuid`.execute(
    database,
  );
  return id;
}

/** Columns and JSON in which somebody's name stands anywhere, but for their account. */
async function countCopies(name: string): Promise<number> {
  const { rows } = await sql<{ copies: number }>`
    SELECT (SELECT count(*) FROM incidents t WHERE strpos(t::text, ${name}) > 0)
      + (SELECT count(*) FROM incident_versions t WHERE strpos(t::text, ${name}) > 0)
      + (SELECT count(*) FROM incident_recoveries t WHERE strpos(t::text, ${name}) > 0) AS copies`.execute(
    connection.database,
  );
  return Number(rows[0]?.copies);
}

test("names of incidents become the accounts that alone have them, in their past too; others are not kept", async () => {
  const { database } = connection;
  const ada = { id: await addPerson("Ada Known"), name: "Ada Known" };
  await addPerson("Bo Twice");
  await addPerson("Bo Twice");
  const known = await addIncident("Ada Known", ada);
  const doubtful = await addIncident("Bo Twice", ada);
  const gone = await addIncident("Cy Gone", ada);
  const first = await addIncident("Local administrator", ada);
  await sql`UPDATE users SET name = 'Dee Renamed' WHERE name = 'Local administrator'`.execute(database);
  const { rows: before } = await sql<{ versions: number }>`
    SELECT count(*)::int AS versions FROM incident_versions`.execute(database);
  await connection.migrate();

  const past = new Date().toISOString();
  const namesOf = async (read: () => Promise<readonly { id: string }[]>) =>
    Object.fromEntries((await read()).map((incident) => [incident.id, incident]));
  const expected = {
    [known]: { noted_by: "Ada Known", stopped: "Ada Known stopped it." },
    [doubtful]: { noted_by: null, stopped: "Somebody stopped it." },
    [gone]: { noted_by: null, stopped: "Somebody stopped it." },
    [first]: { noted_by: "Dee Renamed", stopped: "Dee Renamed stopped it." },
  };
  for (const read of [
    () => listIncidents(database, {}, 10, null),
    async () => (await listOpenAt(database, past, 10)).rows,
  ]) {
    const found = await namesOf(read);
    for (const [id, { noted_by, stopped }] of Object.entries(expected))
      expect(found[id]).toMatchObject({
        ...{ noted_by, note: "I look at it" },
        recovery: {
          started_by: "Ada Known",
          reason: `${stopped} No further unit is resumed. One that runs already goes on.`,
        },
      });
  }
  for (const name of ["Ada Known", "Bo Twice", "Cy Gone", "Local administrator"])
    expect([name, await countCopies(name)]).toEqual([name, 0]);
  const { rows: after } = await sql<{ versions: number }>`
    SELECT count(*)::int AS versions FROM incident_versions`.execute(database);
  expect(after).toEqual(before);
});
