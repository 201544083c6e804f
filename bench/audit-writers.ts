import { createAuditService } from "../server/src/modules/audit/service.ts";
import { createDatabase } from "../server/src/platform/database.ts";
import { createSilentLogger } from "../server/src/platform/logger.ts";
import { auditEntry } from "../server/test/builders/audit-entry.ts";

// A child of audit.ts: writes entries one after the other, with several writers at once.
// Arguments: database URL, writers, entries of each. Waits for a line on its input; prints the durations in ms as one JSON array.
const [url = "", writersText = "1", entriesText = "1"] = process.argv.slice(2);
const writers = Number(writersText);
const entries = Number(entriesText);

const connection = createDatabase({
  ...{ url, max: writers, applicationName: "bench", logger: createSilentLogger() },
});
const audit = createAuditService(connection.database);
// Connections are opened and plans made before anything is measured.
await Promise.all(Array.from({ length: writers }, () => audit.record(auditEntry())));
process.stdout.write("ready\n");
process.stdin.once("data", async () => {
  const durations: number[] = [];
  await Promise.all(
    Array.from({ length: writers }, async () => {
      for (let number = 0; number < entries; number += 1) {
        const start = performance.now();
        await audit.record(auditEntry({ details: { number } }));
        durations.push(performance.now() - start);
      }
    }),
  );
  process.stdout.write(`${JSON.stringify(durations)}\n`);
  process.stdin.destroy();
  await connection.close();
});
