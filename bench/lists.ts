import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createApp } from "../server/src/app.ts";
import { loadConfig } from "../server/src/config.ts";
import { createTokenService } from "../server/src/modules/users/tokens/manage-tokens.ts";
import { createDatabase } from "../server/src/platform/database.ts";
import { startEmbeddedPostgres } from "../server/src/platform/embedded-postgres/supervisor.ts";
import { createLogger } from "../server/src/platform/logger.ts";
import { migrate } from "../server/src/platform/migrate.ts";
import { fillLargeTables, largeTableId, largeTables } from "../server/test/large-tables.ts";
import { listReads, pageLimit, summaryReads } from "../server/test/list-reads.ts";
import { captureQueries, explain, nodesOf, type SentQuery } from "../server/test/query-plan.ts";
import { describeRuns, printMeasured } from "./table.ts";

// What a page of every list costs in the database: the page's statement, its count, the look-up of words, and the same page
// from the middle of the list. The round trip is included; the statements are those that the product sends. Then whole
// searches over the API.
const runs = Number(process.env.RUNS ?? 5);
const idsPerRead = 50;

const folder = mkdtempSync(path.join(os.tmpdir(), "coursewright-bench-"));
const logger = createLogger({ level: "warn", format: "json" });
const postgres = await startEmbeddedPostgres({ home: folder, logger });
await migrate({ url: postgres.url, logger });
const { database, pool, onCommit, close } = createDatabase({
  url: postgres.url,
  max: 8,
  applicationName: "bench",
  logger,
});

async function measure(query: SentQuery): Promise<string> {
  const times: number[] = [];
  await pool.query(query.sql, [...query.parameters]);
  for (let run = 0; run < runs; run += 1) {
    const begin = performance.now();
    await pool.query(query.sql, [...query.parameters]);
    times.push(performance.now() - begin);
  }
  return describeRuns(times, "ms", 1);
}

async function indexOf(query: SentQuery, table: string): Promise<string> {
  const nodes = nodesOf(await explain(pool, query));
  const used = nodes.flatMap(({ index }) => (index?.startsWith(table) ? [index] : []));
  return [...new Set(used)].join(", ");
}

/** Everything that a search sends, over the API. */
async function measureSearches(): Promise<[string, string][]> {
  const config = loadConfig({
    COURSEWRIGHT_HOME: folder,
    DATABASE_URL: postgres.url,
    COURSEWRIGHT_PORT: "0",
    COURSEWRIGHT_REQUESTS_PER_SECOND: "1000000",
  });
  const { url: connectionString } = postgres;
  const app = await createApp({ config, logger, database, pool, onCommit, connectionString });
  const token = await createTokenService(database).writeMachineToken(folder);
  try {
    const rows: [string, string][] = [];
    for (const words of ["volcanoes", "course", "tokens are taken", "glaciers", largeTableId(5_999), "of"]) {
      const times: number[] = [];
      for (let run = 0; run <= runs; run += 1) {
        const begin = performance.now();
        const answer = await app.http.request(`/api/v1/admin/search?q=${encodeURIComponent(words)}`, {
          headers: { host: "127.0.0.1", authorization: `Bearer ${token}` },
        });
        if (answer.status !== 200) throw new Error(`The search answered ${answer.status}`);
        await answer.text();
        // The first one plans and reads for the others.
        if (run > 0) times.push(performance.now() - begin);
      }
      rows.push([`admin/search?q=${words}`, describeRuns(times, "ms", 1)]);
    }
    return rows;
  } finally {
    await app.stop();
  }
}

const isCount = ({ sql }: SentQuery) => /^\s*SELECT count\(/.test(sql);
const isWords = ({ sql }: SentQuery) => sql.includes("AS unit_ids");
const isPage = (sent: SentQuery) => !isCount(sent) && !isWords(sent);

try {
  await fillLargeTables(pool);
  const rows: [string, string][] = [];
  for (const list of listReads) {
    const middle = largeTableId(Math.floor(largeTables[list.table] / 2));
    const at = (cursor?: string) =>
      captureQueries(pool, (reader) => list.read(reader, { limit: pageLimit, cursor }));
    const first = await at();
    const deep = await at(middle);
    for (const [name, query] of [
      ["first page", first.find(isPage)],
      ["from the middle", deep.find(isPage)],
      ["count", first.find(isCount)],
    ] as const) {
      if (query === undefined) throw new Error(`${list.name} sent no ${name}`);
      rows.push([`${list.name}, ${name} (${await indexOf(query, list.table)})`, await measure(query)]);
    }
    const words = first.find(isWords);
    if (words !== undefined) rows.push([`${list.name}, words`, await measure(words)]);
  }
  rows.push(...(await measureSearches()));
  for (const { table, read } of summaryReads) {
    const step = Math.floor(largeTables[table] / idsPerRead);
    const ids = Array.from({ length: idsPerRead }, (_, place) => largeTableId(1 + place * step));
    for (const query of await captureQueries(pool, (database) => read(database, ids))) {
      rows.push([
        `${table}, ${idsPerRead} rows by id (${await indexOf(query, table)})`,
        await measure(query),
      ]);
    }
  }
  const sizes = Object.entries(largeTables).map(([table, count]) => `${count} ${table}`);
  printMeasured(`Lists over ${sizes.join(", ")}`, rows);
} finally {
  await close();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
