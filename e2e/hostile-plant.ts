import type pg from "pg";

/** Columns that people, models and outside systems fill with words and pages show. */
const textColumns: Readonly<Record<string, readonly string[]>> = {
  units: ["title", "description", "error_message", "cover_alt", "podcast_transcript"],
  unit_sources: ["title"],
  lessons: ["title", "objective", "transcript", "guidance", "error_message"],
  tasks: ["current_step", "error_message"],
  flow_runs: [
    ...["current_step", "error_message", "external_state", "external_deployment_name", "external_run_name"],
    ...["external_url", "external_work_pool", "suspect_reason"],
  ],
  flow_step_runs: ["error_message", "external_state"],
  step_logs: ["message"],
  llm_requests: ["model", "prompt_name", "error_message"],
  incidents: ["cause", "error_message", "note"],
  alerts: ["name"],
  alert_events: ["alert_name", "sentence"],
  alert_deliveries: ["address", "error_message"],
  connections: ["name", "health_reason", "ui_url", "version_found"],
  saved_views: ["name"],
  users: ["name"],
  api_tokens: ["name", "last_used_from"],
  workers: ["host"],
  bulk_action_items: ["title", "error_message"],
  stuck_jobs: ["sentence"],
  health_states: ["sentence", "meaning"],
};

/** Columns of JSON, in which every sentence is replaced and the shape stays. */
const jsonColumns: Readonly<Record<string, readonly string[]>> = {
  units: ["learning_objectives", "warnings"],
  lessons: ["body", "exercises", "quality"],
  tasks: ["inputs", "result"],
  flow_step_runs: ["output", "error_causes"],
  step_logs: ["fields"],
  incidents: ["recovery"],
};

/**
 * Writes hostile texts over everything of the product's database that is shown: one in each short text, all in each sentence of JSON
 * and of a payload. Answers into how many rows.
 */
export async function plant(client: pg.Client, payloads: readonly string[]): Promise<number> {
  // No text of PostgreSQL holds U+0000.
  const texts = payloads.map((text) => text.replaceAll("\u0000", ""));
  let planted = 0;
  // Triggers keep books of what is written; the texts are all that shall differ.
  await client.query("SET session_replication_role = replica");
  try {
    for (const [table, columns] of Object.entries(textColumns)) {
      for (const column of columns) planted += await plantTexts(client, table, column, texts);
    }
    for (const [table, columns] of Object.entries(jsonColumns)) {
      for (const column of columns) planted += await plantJson(client, table, column, "id", texts);
    }
    for (const table of ["payloads_flow_runs", "payloads_llm_requests", "payloads_step_runs"]) {
      planted += await plantJson(client, table, "content", "ctid", texts);
    }
  } finally {
    await client.query("SET session_replication_role = origin");
  }
  return planted;
}

async function plantTexts(
  client: pg.Client,
  table: string,
  column: string,
  texts: readonly string[],
): Promise<number> {
  const answer = await client.query(
    `UPDATE ${table} target SET ${column} = left(($1::text[])[1 + (numbered.place % $2)], 300)
     FROM (SELECT ctid, row_number() OVER () AS place FROM ${table} WHERE ${column} IS NOT NULL) numbered
     WHERE target.ctid = numbered.ctid`,
    [texts, texts.length],
  );
  return answer.rowCount ?? 0;
}

async function plantJson(
  client: pg.Client,
  table: string,
  column: string,
  key: "id" | "ctid",
  texts: readonly string[],
): Promise<number> {
  const { rows } = await client.query<{ key: string; value: unknown }>(
    `SELECT ${key}::text AS key, ${column} AS value FROM ${table} WHERE ${column} IS NOT NULL LIMIT 400`,
  );
  const everything = texts.join("\n\n");
  for (const { key: found, value } of rows) {
    await client.query(
      `UPDATE ${table} SET ${column} = $1 WHERE ${key} = $2::${key === "id" ? "uuid" : "tid"}`,
      [JSON.stringify(withSentences(value, everything)), found],
    );
  }
  return rows.length;
}

/** The same value with each string that reads like a sentence replaced; words that a program tells apart stay. */
function withSentences(value: unknown, text: string): unknown {
  if (typeof value === "string") return value.trim().includes(" ") ? text : value;
  if (Array.isArray(value)) return value.map((part) => withSentences(part, text));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withSentences(part, text)]));
  }
  return value;
}
