// npm run types: writes the row types of the migrated database to server/src/platform/generated/database.ts.
// With --check it writes nothing and fails when they differ; with --url it reads that migrated database instead
// of making one.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { startEmbeddedPostgres } from "../server/src/platform/embedded-postgres/supervisor.ts";
import { createSilentLogger } from "../server/src/platform/logger.ts";
import { migrate } from "../server/src/platform/migrate.ts";

const root = path.resolve(import.meta.dirname, "..");
const target = path.join(root, "server/src/platform/generated/database.ts");
const { values } = parseArgs({ options: { check: { type: "boolean" }, url: { type: "string" } } });

const folder = mkdtempSync(path.join(os.tmpdir(), "coursewright-types-"));
try {
  const generated = values.url === undefined ? await generateFromMigrations() : generate(values.url);
  if (!values.check) {
    writeFileSync(target, generated);
    console.log(`Wrote ${path.relative(root, target)}`);
  } else if (readFileSync(target, "utf8") !== generated) {
    console.error("The row types differ from the migrated database: run npm run types.");
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function generateFromMigrations() {
  const logger = createSilentLogger();
  const postgres = await startEmbeddedPostgres({
    home: path.join(folder, "home"),
    logger,
    settings: { fsync: "off" },
  });
  try {
    await migrate({ url: postgres.url, logger });
    return generate(postgres.url);
  } finally {
    await postgres.stop();
  }
}

function generate(url) {
  const output = path.join(folder, "database.ts");
  const outcome = spawnSync(
    process.execPath,
    [
      path.join(root, "node_modules/kysely-codegen/dist/cli/bin.js"),
      "--dialect=postgres",
      `--url=${url}`,
      `--out-file=${output}`,
      "--log-level=error",
      "--numeric-parser=number",
      "--date-parser=string",
      // As platform/column-types.ts parses them.
      `--type-mapping=${JSON.stringify({ timestamptz: "string", timestamp: "string", int8: "number", numeric: "number", xid8: "string", jsonb: "JsonColumn", json: "JsonColumn" })}`,
    ],
    { cwd: folder, encoding: "utf8" },
  );
  if (outcome.status !== 0) throw new Error(`kysely-codegen failed:\n${outcome.stdout}${outcome.stderr}`);
  // The generator imports no types that a type mapping names.
  const kyselyImport = 'import type { ColumnType } from "kysely";\n';
  return readFileSync(output, "utf8").replace(
    kyselyImport,
    `${kyselyImport}import type { JsonColumn } from "../json-column.ts";\n`,
  );
}
