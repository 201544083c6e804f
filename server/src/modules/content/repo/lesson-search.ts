import { sql } from "kysely";
import type { Database } from "../../../platform/database.ts";
import { selectNewestIds } from "../../../platform/newest-ids.ts";
import { newestFirst } from "../../../platform/page.ts";
import { containing, plainWords } from "../../../platform/search-words.ts";

/** Ids of lessons whose id begins with the words or whose title holds them, newest first. Indexes: `lessons_pkey`, `lessons_title`. */
export async function listMatchingLessonIds(
  database: Database,
  words: string,
  limit: number,
): Promise<string[]> {
  const found = plainWords(words);
  const pattern = containing(words);
  const { rows } = await selectNewestIds({
    table: "lessons",
    conditions: [],
    text: {
      found,
      lookUps: [],
      exactly: found.isShort ? [] : [sql`title ILIKE ${pattern}`],
      isNarrow: false,
      holds: sql`newest.title ILIKE ${pattern}`,
    },
    position: newestFirst,
    limit,
  }).execute(database);
  return rows.map(({ id }) => id);
}
