import { type RawBuilder, sql } from "kysely";
import type { Database, Transaction } from "../../src/platform/database.ts";

interface UnitEnd {
  readonly at: number;
  readonly status: string;
  readonly cost_usd: number | null;
}

interface RunIds {
  readonly flow_run_id: string;
  readonly task_id: string;
  readonly lineage_id: string;
}

type HistoryEvent = (transaction: Transaction) => Promise<void>;

const rangeMs = 50 * 60_000;

function toSql(ms: number): RawBuilder<string> {
  return sql`${new Date(ms).toISOString()}::timestamptz`;
}

/**
 * Events of all kinds at random moments of the last 50 minutes, written as the product's modules write them. `seed` decides
 * everything but the ids.
 */
export class MetricsHistory {
  /** How each unit ended; no table keeps that once it was tried again. */
  readonly unitEnds: UnitEnd[] = [];
  /** When lessons were written. */
  readonly lessonsWritten: number[] = [];
  /** How long each task waited for its first start. */
  readonly waits: { readonly at: number; readonly waiting_ms: number }[] = [];
  readonly #database: Database;
  readonly #random: () => number;
  readonly #now: number;
  /** What is true once the running transaction is committed. */
  #noted: (() => void)[] = [];
  readonly #events: readonly HistoryEvent[] = [
    (transaction) => this.#beginTask(transaction),
    (transaction) => this.#endTask(transaction),
    (transaction) => this.#repeatTask(transaction),
    (transaction) => this.#beginStep(transaction),
    (transaction) => this.#endStep(transaction),
    (transaction) => this.#correctStep(transaction),
    (transaction) => this.#reuseStep(transaction),
    (transaction) => this.#beginRequest(transaction),
    (transaction) => this.#endRequest(transaction),
  ];
  readonly #rarer: readonly HistoryEvent[] = [
    (transaction) => this.#settleRequest(transaction),
    (transaction) => this.#settleRequest(transaction),
    (transaction) => this.#correctRequest(transaction),
    (transaction) => this.#touchRequest(transaction),
    (transaction) => this.#endUnit(transaction),
    (transaction) => this.#borrowUnit(transaction),
    (transaction) => this.#writeLesson(transaction),
  ];

  constructor(database: Database, seed: number, now: number) {
    this.#database = database;
    this.#random = createRandom(seed);
    this.#now = now;
  }

  #pick<Value>(values: readonly Value[]): Value {
    const value = values[Math.floor(this.#random() * values.length)];
    if (value === undefined) throw new Error("Nothing to pick from");
    return value;
  }

  /** In whole ms, so that texts and numbers agree. */
  #moment(): number {
    return Math.round(this.#now - this.#random() * rangeMs);
  }

  /** Mostly later, never in the future; clocks of two machines disagree now and then. */
  #after(ms: number): number {
    return Math.min(this.#now, ms + Math.round((this.#random() - 0.1) * 10 ** (this.#random() * 5)));
  }

  #money(): number | null {
    return this.#random() < 0.2 ? null : Math.round(this.#random() * 1e6) / 1e6;
  }

  /** One event in a transaction of its own; now and then one that is rolled back. */
  async step(): Promise<void> {
    const event = this.#pick(this.#random() < 0.6 ? this.#events : this.#rarer);
    const isLost = this.#random() < 0.1;
    this.#noted = [];
    try {
      await this.#database.transaction().execute(async (transaction) => {
        await event(transaction);
        if (isLost) throw new LostTransaction();
      });
      for (const note of this.#noted) note();
    } catch (error) {
      if (!(error instanceof LostTransaction)) throw error;
    }
  }

  /** A random row of those that fit; null without any. */
  async #find(transaction: Transaction, table: string, condition: RawBuilder<unknown>) {
    const { rows } = await sql<{ id: string; ms: number | null }>`
      SELECT id, (extract(epoch FROM coalesce(started_at, created_at)) * 1000)::float8 AS ms
      FROM ${sql.table(table)} WHERE ${condition}`.execute(transaction);
    return rows.length === 0 ? null : this.#pick(rows);
  }

  async #insertTask(
    transaction: Transaction,
    name: string,
    available: number,
  ): Promise<{ id: string; lineage_id: string }> {
    const { rows } = await sql<{ id: string; lineage_id: string }>`
      WITH made AS (INSERT INTO lineages DEFAULT VALUES RETURNING id)
      INSERT INTO tasks (task_name, lineage_id, available_at) SELECT ${name}, id, ${toSql(available)} FROM made
      RETURNING id, lineage_id`.execute(transaction);
    if (rows[0] === undefined) throw new Error("No task");
    return rows[0];
  }

  async #beginTask(transaction: Transaction) {
    const [available, at] = [this.#moment(), this.#moment()];
    const name = this.#pick(["unit_creation", "lesson_regeneration", "bulk_action"]);
    const task = await this.#insertTask(transaction, name, available);
    await sql`UPDATE tasks SET status = 'in_progress', attempt = 1, started_at = coalesce(started_at, ${toSql(at)})
      WHERE id = ${task.id}`.execute(transaction);
    this.#noted.push(() => this.waits.push({ at, waiting_ms: Math.max(0, at - available) }));
  }

  async #repeatTask(transaction: Transaction) {
    const task = await this.#find(transaction, "tasks", sql`status = 'in_progress'`);
    if (task === null) return;
    await sql`UPDATE tasks SET status = 'retry', available_at = ${toSql(this.#now)} WHERE id = ${task.id}`.execute(
      transaction,
    );
    await sql`UPDATE tasks SET status = 'in_progress', attempt = attempt + 1, started_at = coalesce(started_at, clock_timestamp())
      WHERE id = ${task.id}`.execute(transaction);
  }

  async #endTask(transaction: Transaction) {
    const task = await this.#find(transaction, "tasks", sql`status IN ('in_progress', 'pending')`);
    if (task === null) return;
    const status = this.#pick(["completed", "completed", "failed", "cancelled"]);
    await sql`UPDATE tasks SET status = ${status}, completed_at = ${toSql(this.#after(task.ms ?? this.#now))},
      result = ${status === "completed" ? JSON.stringify({ unit_status: this.#pick(["completed", "partial"]) }) : null}::jsonb
      WHERE id = ${task.id}`.execute(transaction);
  }

  async #insertRun(transaction: Transaction, flow_name: string): Promise<RunIds> {
    const task = await this.#insertTask(transaction, "llm_replay", this.#now);
    const { rows } = await sql<{ id: string }>`
      INSERT INTO flow_runs (flow_name, flow_version, flow_key, flow_path, status, task_id, started_at)
      VALUES (${flow_name}, 1, 'unit', 'unit', 'running', ${task.id}, ${toSql(this.#moment())}) RETURNING id`.execute(
      transaction,
    );
    return { flow_run_id: rows[0]?.id ?? "", task_id: task.id, lineage_id: task.lineage_id };
  }

  async #insertStep(transaction: Transaction, run: RunIds): Promise<string> {
    const { rows } = await sql<{ id: string }>`
      INSERT INTO flow_step_runs (flow_run_id, task_id, lineage_id, flow_path, step_name, step_version, step_order, memo_key, fence,
        started_at)
      VALUES (${run.flow_run_id}, ${run.task_id}, ${run.lineage_id}, 'unit', ${this.#pick(["draft_exercises", "draw_cover", "replay"])}, 1,
        1, uuidv7()::text, 1, ${toSql(this.#moment())}) RETURNING id`.execute(transaction);
    return rows[0]?.id ?? "";
  }

  async #beginStep(transaction: Transaction) {
    await this.#insertStep(transaction, await this.#insertRun(transaction, "unit_creation"));
  }

  async #endStep(transaction: Transaction) {
    const { rows } = await sql<{ id: string }>`
      SELECT id FROM flow_step_runs WHERE status = 'running' ORDER BY id LIMIT ${1 + Math.floor(this.#random() * 3)}`.execute(
      transaction,
    );
    const status = this.#pick(["completed", "completed", "completed", "failed", "cancelled"]);
    const code = status === "failed" ? this.#pick(["worker_lost", "provider_refused", "duplicate"]) : null;
    // Several at once, as the engine ends them.
    await sql`UPDATE flow_step_runs SET status = ${status}, error_code = ${code}, waiting_ms = 3,
        completed_at = least(${toSql(this.#now)}, started_at + ${Math.round((this.#random() - 0.05) * 10 ** (this.#random() * 5))} * interval '1 millisecond')
      WHERE id = ANY (${rows.map(({ id }) => id)})`.execute(transaction);
  }

  async #correctStep(transaction: Transaction) {
    const lost = await this.#find(
      transaction,
      "flow_step_runs",
      sql`status = 'failed' AND error_code = 'worker_lost'`,
    );
    if (lost === null) return;
    if (this.#random() < 0.5) {
      await sql`UPDATE flow_step_runs SET status = 'completed', error_code = NULL, completed_at = ${toSql(this.#after(lost.ms ?? this.#now))}
        WHERE id = ${lost.id}`.execute(transaction);
    } else {
      await sql`UPDATE flow_step_runs SET status = 'failed', error_code = 'duplicate', cost_usd = 0,
        completed_at = coalesce(completed_at, clock_timestamp()) WHERE id = ${lost.id}`.execute(transaction);
    }
  }

  async #reuseStep(transaction: Transaction) {
    const done = await this.#find(
      transaction,
      "flow_step_runs",
      sql`status = 'completed' AND reused_from_step_run_id IS NULL`,
    );
    if (done === null) return;
    await sql`INSERT INTO flow_step_runs (flow_run_id, task_id, lineage_id, flow_path, step_name, step_version, step_order, memo_key,
        status, reused_from_step_run_id, started_at, completed_at)
      SELECT flow_run_id, task_id, lineage_id, flow_path, step_name, 1, 2, memo_key, 'completed', id, ${toSql(this.#now)}, ${toSql(this.#now)}
      FROM flow_step_runs WHERE id = ${done.id}`.execute(transaction);
  }

  async #beginRequest(transaction: Transaction) {
    const step_run = await this.#find(transaction, "flow_step_runs", sql`status = 'running'`);
    const [provider, model] = this.#pick([
      ["openai", "gpt"],
      ["openai", "gpt-small"],
      ["google", "gemini"],
    ] as const);
    await sql`INSERT INTO llm_requests (step_run_id, kind, provider, model, sent_at)
      VALUES (${step_run?.id ?? null}, 'text', ${provider}, ${model}, ${toSql(this.#moment())})`.execute(
      transaction,
    );
  }

  async #endRequest(transaction: Transaction) {
    const request = await this.#findRequest(transaction, sql`status = 'pending'`);
    if (request === null) return;
    if (this.#random() < 0.3) {
      await sql`UPDATE llm_requests SET status = 'in_doubt', error_code = 'owner_lost' WHERE id = ${request.id}`.execute(
        transaction,
      );
    } else await this.#finishRequest(transaction, request);
  }

  async #settleRequest(transaction: Transaction) {
    const request = await this.#findRequest(transaction, sql`status = 'in_doubt'`);
    if (request !== null) await this.#finishRequest(transaction, request);
  }

  async #findRequest(transaction: Transaction, condition: RawBuilder<unknown>) {
    const { rows } = await sql<{ id: string; ms: number }>`
      SELECT id, (extract(epoch FROM sent_at) * 1000)::float8 AS ms FROM llm_requests WHERE ${condition}`.execute(
      transaction,
    );
    return rows.length === 0 ? null : this.#pick(rows);
  }

  async #finishRequest(transaction: Transaction, request: { id: string; ms: number }) {
    const wasSent = this.#random() < 0.9;
    await sql`UPDATE llm_requests SET status = ${this.#pick(["completed", "completed", "failed", "cancelled"])},
        tokens_input = ${Math.floor(this.#random() * 1000)}, tokens_cached = 5, tokens_output = ${Math.floor(this.#random() * 1000)},
        cost_usd = ${wasSent ? this.#money() : null}, completed_at = ${toSql(this.#after(request.ms))},
        sent_at = CASE WHEN ${wasSent} THEN sent_at END
      WHERE id = ${request.id}`.execute(transaction);
  }

  async #correctRequest(transaction: Transaction) {
    const request = await this.#findRequest(transaction, sql`status IN ('completed', 'failed')`);
    if (request === null) return;
    await sql`UPDATE llm_requests SET cost_usd = ${this.#money()}, tokens_output = coalesce(tokens_output, 0) + 7
      WHERE id = ${request.id}`.execute(transaction);
  }

  async #touchRequest(transaction: Transaction) {
    const request = await this.#findRequest(transaction, sql`status <> 'pending'`);
    if (request !== null)
      await sql`UPDATE llm_requests SET is_duplicate = NOT is_duplicate WHERE id = ${request.id}`.execute(
        transaction,
      );
  }

  async #endUnit(transaction: Transaction) {
    const [first, second] = [this.#unitEnd(), this.#unitEnd()];
    const id = await this.#insertUnit(transaction);
    await this.#writeUnitEnd(transaction, id, first);
    // Sometimes it is tried again, which does not undo that it ended.
    this.#noted.push(() => this.unitEnds.push(first));
    if (this.#random() < 0.5) return;
    await sql`UPDATE units SET status = 'in_progress', completed_at = NULL WHERE id = ${id}`.execute(
      transaction,
    );
    await this.#writeUnitEnd(transaction, id, second);
    this.#noted.push(() => this.unitEnds.push(second));
  }

  /** Lent to a task that writes a lesson of it anew, and given back or written. */
  async #borrowUnit(transaction: Transaction) {
    const end = this.#unitEnd();
    const id = await this.#insertUnit(transaction);
    await this.#writeUnitEnd(transaction, id, end);
    await sql`UPDATE units SET status = 'in_progress', former_state = '{"status": "completed"}', completed_at = NULL
      WHERE id = ${id}`.execute(transaction);
    await sql`UPDATE units SET status = ${this.#pick([end.status, "completed"])}, former_state = NULL, completed_at = ${toSql(end.at)}
      WHERE id = ${id}`.execute(transaction);
    this.#noted.push(() => this.unitEnds.push(end));
  }

  #unitEnd(): UnitEnd {
    return {
      at: this.#moment(),
      status: this.#pick(["completed", "partial", "failed", "cancelled"]),
      cost_usd: this.#money(),
    };
  }

  async #insertUnit(transaction: Transaction): Promise<string> {
    const { rows } = await sql<{ id: string }>`
      INSERT INTO units (title, learner_level, status, target_lesson_count, source_kind)
      VALUES ('Tides', 'beginner', 'in_progress', 3, 'text') RETURNING id`.execute(transaction);
    return rows[0]?.id ?? "";
  }

  async #writeUnitEnd(transaction: Transaction, id: string, end: UnitEnd) {
    await sql`UPDATE units SET status = ${end.status}, cost_usd = ${end.cost_usd}, completed_at = ${toSql(end.at)}
      WHERE id = ${id}`.execute(transaction);
  }

  async #writeLesson(transaction: Transaction) {
    const run = await this.#insertRun(transaction, "lesson_creation");
    const isWritten = this.#random() < 0.6;
    if (isWritten) {
      const id = await this.#insertStep(transaction, run);
      await sql`UPDATE flow_step_runs SET status = 'completed', completed_at = started_at + interval '20 milliseconds'
        WHERE id = ${id}`.execute(transaction);
    }
    const ended = this.#moment();
    await sql`UPDATE flow_runs SET status = 'completed', completed_at = ${toSql(ended)} WHERE id = ${run.flow_run_id}`.execute(
      transaction,
    );
    if (isWritten) this.#noted.push(() => this.lessonsWritten.push(ended));
  }
}

class LostTransaction extends Error {}

/** Numbers in [0, 1) from a seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
