import { sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";
import { roundUsd } from "../pricing/prices.ts";

export type BudgetScope = "day" | "unit";

export interface Budget {
  readonly id: string;
  readonly scope: BudgetScope;
  readonly key: string;
  readonly cap_usd: number;
}

/**
 * Rows of `budgets` and `budget_leases`. Money goes budget → lease of a worker → call; `leased_usd` counts all that
 * left the budget. Lock order: leases by worker, then the budget.
 */
export interface BudgetRepo {
  /** The budgets of these scopes, made with the cap when they are new. In the order in which leases are locked. */
  ensure(
    wanted: readonly { scope: BudgetScope; key: string | null; cap_usd: number }[],
  ): Promise<readonly Budget[]>;
  /** Takes the amount from the worker's lease; false when it does not hold that much. */
  takeFromLease(
    transaction: Transaction,
    worker_id: string,
    budget_id: string,
    usd: number,
  ): Promise<boolean>;
  /**
   * Gives back what a call did not need (`usd` > 0), or takes what it needed beyond its reservation (`usd` < 0).
   * Where the lease cannot do it (its worker is gone, or holds too little) the budget itself does.
   */
  settleLease(transaction: Transaction, worker_id: string, budget_id: string, usd: number): Promise<void>;
  /**
   * Brings the worker's lease to at least `needUsd`, with up to `sliceUsd` fresh from the budget, then, when the
   * budget is used up, with what other workers hold unspent. False: the cap is reached.
   */
  fillLease(worker_id: string, budget_id: string, needUsd: number, sliceUsd: number): Promise<boolean>;
  /** Returns what the leases of ended workers still hold. */
  returnLeasesOfEndedWorkers(): Promise<void>;
  /** Budgets of the scope (one day only, when given) whose cap is another than the setting's. */
  listWithOtherCap(scope: BudgetScope, key: string | null, cap_usd: number): Promise<readonly string[]>;
  /** Sets the cap, calls all unspent leases in and raises the epoch. */
  changeCap(transaction: Transaction, budget_id: string, cap_usd: number): Promise<void>;
  /** The day of the database's clock, in UTC, such as `2026-11-21`. */
  today(): Promise<string>;
}

const todayUtc = sql`to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD')`;

export function createBudgetRepo(database: Database): BudgetRepo {
  return {
    async ensure(wanted) {
      const rows = wanted.map(({ scope, key, cap_usd }) => {
        return sql`(${scope}, ${key === null ? todayUtc : sql`${key}::text`}, ${cap_usd}::numeric)`;
      });
      // The update changes nothing: it makes the statement return rows that were there before.
      const { rows: budgets } = await sql<Budget>`
        WITH wanted (scope, key, cap_usd) AS (VALUES ${sql.join(rows)}),
        made AS (
          INSERT INTO budgets (scope, key, cap_usd) SELECT scope, key, cap_usd FROM wanted
          ON CONFLICT (scope, key) DO NOTHING
          RETURNING id, scope, key, cap_usd
        )
        SELECT * FROM made
        UNION ALL
        SELECT b.id, b.scope, b.key, b.cap_usd FROM budgets b JOIN wanted USING (scope, key)
        ORDER BY id`.execute(database);
      if (budgets.length === wanted.length) return budgets;
      return await this.ensure(wanted); // Somebody else made one in this very moment; the next look sees it.
    },

    async takeFromLease(transaction, worker_id, budget_id, usd) {
      const { numAffectedRows } = await sql`
        UPDATE budget_leases SET available_usd = available_usd - ${usd}
        WHERE worker_id = ${worker_id} AND budget_id = ${budget_id} AND available_usd >= ${usd}`.execute(
        transaction,
      );
      return numAffectedRows === 1n;
    },

    async settleLease(transaction, worker_id, budget_id, usd) {
      const { numAffectedRows } = await sql`
        UPDATE budget_leases SET available_usd = available_usd + ${usd}
        WHERE worker_id = ${worker_id} AND budget_id = ${budget_id}
          AND available_usd + ${usd} >= 0`.execute(transaction);
      if (numAffectedRows === 1n) return;
      await sql`
        UPDATE budgets SET leased_usd = greatest(0, leased_usd - ${usd}::numeric)
        WHERE id = ${budget_id}`.execute(transaction);
    },

    async fillLease(worker_id, budget_id, needUsd, sliceUsd) {
      const filled = await database.transaction().execute(async (transaction) => {
        await addLease(transaction, worker_id, budget_id);
        const held = await lockLeases(transaction, budget_id, worker_id);
        if (held >= needUsd) return true;
        return await leaseFromBudget(transaction, worker_id, budget_id, roundUsd(needUsd - held), sliceUsd);
      });
      if (filled) return true;
      // A transaction of its own: locking the other leases while holding one would let two workers wait for each other.
      return await database.transaction().execute(async (transaction) => {
        const held = await lockLeases(transaction, budget_id);
        if (
          held < needUsd &&
          !(await leaseFromBudget(transaction, worker_id, budget_id, roundUsd(needUsd - held), 0))
        ) {
          return false;
        }
        await gatherLeases(transaction, worker_id, budget_id);
        return true;
      });
    },

    async returnLeasesOfEndedWorkers() {
      await sql`
        WITH locked AS (
          SELECT worker_id, budget_id FROM budget_leases
          WHERE worker_id IN (SELECT id FROM worker_summaries WHERE health IN ('dead', 'stopped'))
          ORDER BY budget_id, worker_id FOR UPDATE SKIP LOCKED
        ), gone AS (
          DELETE FROM budget_leases l USING locked
          WHERE l.worker_id = locked.worker_id AND l.budget_id = locked.budget_id
          RETURNING l.budget_id, l.available_usd
        ), sums AS (SELECT budget_id, sum(available_usd) AS usd FROM gone GROUP BY budget_id)
        UPDATE budgets b SET leased_usd = greatest(0, b.leased_usd - sums.usd)
        FROM sums WHERE b.id = sums.budget_id`.execute(database);
    },

    async listWithOtherCap(scope, key, cap_usd) {
      const { rows } = await sql<{ id: string }>`
        SELECT id FROM budgets
        WHERE scope = ${scope} AND (${key}::text IS NULL OR key = ${key}) AND cap_usd <> ${cap_usd}::numeric
        ORDER BY id`.execute(database);
      return rows.map(({ id }) => id);
    },

    async changeCap(transaction, budget_id, cap_usd) {
      const { rows } = await sql<{ usd: number }>`
        WITH locked AS (
          SELECT worker_id, available_usd FROM budget_leases WHERE budget_id = ${budget_id}
          ORDER BY worker_id FOR UPDATE
        ), emptied AS (
          UPDATE budget_leases l SET available_usd = 0 FROM locked
          WHERE l.budget_id = ${budget_id} AND l.worker_id = locked.worker_id
          RETURNING locked.available_usd
        )
        SELECT coalesce(sum(available_usd), 0) AS usd FROM emptied`.execute(transaction);
      await sql`
        UPDATE budgets
        SET cap_usd = ${cap_usd}, leased_usd = greatest(0, leased_usd - ${rows[0]?.usd ?? 0}::numeric), epoch = epoch + 1
        WHERE id = ${budget_id}`.execute(transaction);
    },

    async today() {
      const { rows } = await sql<{ day: string }>`SELECT ${todayUtc} AS day`.execute(database);
      if (rows[0] === undefined) throw new Error("SELECT of the day returned no row");
      return rows[0].day;
    },
  };
}

async function addLease(transaction: Transaction, worker_id: string, budget_id: string): Promise<void> {
  await sql`
    INSERT INTO budget_leases (worker_id, budget_id) VALUES (${worker_id}, ${budget_id})
    ON CONFLICT DO NOTHING`.execute(transaction);
}

/** Locks the leases of the budget, or one worker's; returns what they hold together. */
async function lockLeases(transaction: Transaction, budget_id: string, worker_id?: string): Promise<number> {
  const { rows } = await sql<{ available_usd: number }>`
    SELECT available_usd FROM budget_leases
    WHERE budget_id = ${budget_id} AND (${worker_id ?? null}::uuid IS NULL OR worker_id = ${worker_id ?? null})
    ORDER BY worker_id FOR UPDATE`.execute(transaction);
  return roundUsd(rows.reduce((sum, { available_usd }) => sum + available_usd, 0));
}

async function leaseFromBudget(
  transaction: Transaction,
  worker_id: string,
  budget_id: string,
  missingUsd: number,
  sliceUsd: number,
): Promise<boolean> {
  const { rows } = await sql<{ usd: string }>`
    SELECT least(greatest(${sliceUsd}::numeric, ${missingUsd}::numeric), cap_usd - leased_usd)::text AS usd FROM budgets
    WHERE id = ${budget_id} AND cap_usd - leased_usd >= ${missingUsd}::numeric
    FOR NO KEY UPDATE`.execute(transaction);
  if (rows[0] === undefined) return false;
  const { usd } = rows[0];
  await sql`
    UPDATE budgets SET leased_usd = leased_usd + ${usd}::numeric WHERE id = ${budget_id}`.execute(
    transaction,
  );
  await sql`
    UPDATE budget_leases SET available_usd = available_usd + ${usd}::numeric
    WHERE worker_id = ${worker_id} AND budget_id = ${budget_id}`.execute(transaction);
  return true;
}

/** Moves what all workers hold unspent to one of them. The leases are locked. */
async function gatherLeases(transaction: Transaction, worker_id: string, budget_id: string): Promise<void> {
  await sql`
    WITH held AS (SELECT sum(available_usd) AS usd FROM budget_leases WHERE budget_id = ${budget_id})
    UPDATE budget_leases SET available_usd = CASE WHEN worker_id = ${worker_id} THEN held.usd ELSE 0 END
    FROM held WHERE budget_id = ${budget_id}`.execute(transaction);
}
