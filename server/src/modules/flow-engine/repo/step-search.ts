import type { Database } from "../../../platform/database.ts";
import { selectNewestIds } from "../../../platform/newest-ids.ts";
import { newestFirst } from "../../../platform/page.ts";
import { findWords } from "../../../platform/search-words.ts";

/**
 * Ids of steps whose id begins with the words or whose error holds them, newest first. Indexes: `flow_step_runs_pkey`,
 * `flow_step_runs_error`.
 */
export async function listMatchingStepIds(
  database: Database,
  words: string,
  limit: number,
): Promise<string[]> {
  const names = { table: "flow_step_runs", columns: [] };
  const found = await findWords(database, words, names);
  const { rows } = await selectNewestIds({
    table: "flow_step_runs",
    conditions: [],
    text: {
      // Steps are not found by title or name: those of a common word would be tested one by one.
      found: { ...found, isCommon: false },
      lookUps: [{ column: "error_fingerprint", values: found.fingerprints }],
      isNarrow: false,
    },
    position: newestFirst,
    limit,
  }).execute(database);
  return rows.map(({ id }) => id);
}
