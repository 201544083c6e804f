import { type RawBuilder, sql } from "kysely";
import type { Database } from "../../../platform/database.ts";
import type { DisagreementKind } from "./models.ts";

/** A disagreement as the rows tell it, with what its repairs need. */
export interface FoundDisagreement {
  readonly kind: DisagreementKind;
  /** Of the run, task or action that it is named after. */
  readonly subject_id: string;
  readonly connection_id: string;
  readonly connection_name: string;
  readonly flow_run_id: string | null;
  readonly external_run_id: string;
  readonly task_id: string | null;
  readonly unit_id: string | null;
  readonly title: string;
  readonly since: string;
  readonly ours: string;
  readonly theirs: string;
  /** Whether cancelling the run there would do something. */
  readonly can_cancel: boolean;
  /** A task of it has not ended here. */
  readonly is_live_here: boolean;
}

export interface Patience {
  /** How long a cancelled run may take to end. */
  readonly cancelMs: number;
  /** How long a launched run may stay unseen while its connection is well. */
  readonly unseenMs: number;
  /** How far the mirror may lag behind. */
  readonly lagMs: number;
  readonly undecidedMs: number;
}

type Finder = (database: Database, patience: Patience) => Promise<FoundDisagreement[]>;

const mostOfAKind = 200;
// A volatile function would use no index.
const ago = (ms: number) => sql`statement_timestamp() - ${ms} * interval '1 millisecond'`;
const live = sql.raw("('pending', 'in_progress', 'retry', 'paused')");
const liveRun = sql.raw("('pending', 'running', 'paused')");
/** Nothing is told from a connection that is not read. */
const isWell = sql.raw("c.removed_at IS NULL AND c.disabled_at IS NULL AND c.health IN ('live', 'polling')");
const connectionColumns = sql.raw("c.id AS connection_id, c.name AS connection_name");
const runTitle = sql.raw("coalesce(r.unit_title, r.external_run_name, r.flow_name)");
/** As `whyNot` has it for a mirrored run. */
const canCancel = sql.raw(`(r.external_parent_task_run_id IS NULL AND r.missing_upstream_at IS NULL
  AND r.external_state_type NOT IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED', 'CANCELLING')
  AND (r.external_deployment_id IS NOT NULL OR r.external_state_type NOT IN ('RUNNING', 'PENDING')))`);

async function find(database: Database, statement: RawBuilder<FoundDisagreement>) {
  return (await statement.execute(database)).rows;
}

/** A run that we launched and that no reading has shown. Indexes: `tasks_live`, `action_outbox_task`, `flow_runs_external`. */
const findNeverSeen: Finder = (database, { unseenMs }) =>
  find(
    database,
    sql<FoundDisagreement>`
    SELECT 'launched_never_seen' AS kind, t.id AS subject_id, ${connectionColumns}, NULL AS flow_run_id, a.external_run_id,
      t.id AS task_id, t.unit_id, coalesce(t.unit_title, t.task_name) AS title, a.settled_at AS since,
      'launched' AS ours, 'shows no such run' AS theirs, false AS can_cancel, true AS is_live_here
    FROM outside_tasks t JOIN connections c ON c.id = t.connection_id
    JOIN action_outbox a ON a.task_id = t.id AND a.kind = 'launch'
    WHERE t.executor = 'external' AND t.status IN ${live} AND ${isWell} AND c.health_since < ${ago(unseenMs)}
      AND a.status = 'accepted' AND a.settled_at < ${ago(unseenMs)}
      AND NOT EXISTS (SELECT 1 FROM outside_runs r WHERE r.connection_id = t.connection_id AND r.external_id = a.external_run_id)
    ORDER BY a.settled_at LIMIT ${mostOfAKind}`,
  );

/** A run that Prefect does not know any more and that had not ended. Index: `flow_runs_external_live`. */
const findLost: Finder = (database) =>
  find(
    database,
    sql<FoundDisagreement>`
    SELECT 'lost' AS kind, r.id AS subject_id, ${connectionColumns}, r.id AS flow_run_id, r.external_id AS external_run_id,
      r.task_id, r.unit_id, ${runTitle} AS title, r.missing_upstream_at AS since,
      coalesce(r.external_state, r.status) AS ours, 'does not know the run any more' AS theirs, false AS can_cancel,
      t.status IS NOT NULL AS is_live_here
    FROM outside_runs r JOIN connections c ON c.id = r.connection_id LEFT JOIN outside_tasks t ON t.id = r.task_id
    WHERE r.status IN ${liveRun} AND r.missing_upstream_at IS NOT NULL AND r.external_parent_task_run_id IS NULL
      AND ${isWell} AND (t.id IS NULL OR t.status IN ${live})
    ORDER BY r.missing_upstream_at LIMIT ${mostOfAKind}`,
  );

const hour = 3_600_000;
// The clocks of the machine that beats and of the one that cancelled may differ.
const beatMarginMs = 10_000;

/**
 * A run that was cancelled within the last day while it or what it began went on: beats came afterwards, or parts of it have not
 * ended although their time is over. A dead process leaves such parts, too: that is why it is not told for ever. Index:
 * `flow_runs_external_cancelled`.
 */
const findCancelledRunning: Finder = (database, { cancelMs }) =>
  find(
    database,
    sql<FoundDisagreement>`
    WITH RECURSIVE cancelled AS (
      SELECT * FROM outside_runs r
      WHERE r.status = 'cancelled' AND r.external_parent_task_run_id IS NULL AND r.missing_upstream_at IS NULL
        AND r.external_state_at > ${ago(24 * hour)}
    ), below AS (
      SELECT id AS root_id, id, status FROM cancelled
      UNION ALL SELECT b.root_id, r.id, r.status FROM outside_runs r JOIN below b ON r.parent_flow_run_id = b.id
    ), unended AS (
      SELECT DISTINCT b.root_id FROM below b
      WHERE (b.id <> b.root_id AND b.status = 'running')
        OR EXISTS (SELECT 1 FROM outside_steps s WHERE s.flow_run_id = b.id AND s.status = 'running')
    )
    SELECT 'cancelled_still_running' AS kind, r.id AS subject_id, ${connectionColumns}, r.id AS flow_run_id,
      r.external_id AS external_run_id, r.task_id, r.unit_id, ${runTitle} AS title, r.external_state_at AS since,
      CASE WHEN o.is_beating THEN 'its process still sends signs of life' ELSE 'parts of it have not ended' END AS ours,
      'cancelled' AS theirs, false AS can_cancel, false AS is_live_here
    FROM cancelled r JOIN connections c ON c.id = r.connection_id
    LEFT JOIN unended p ON p.root_id = r.id
    CROSS JOIN LATERAL (
      SELECT coalesce(r.last_heartbeat_at > r.external_state_at + ${beatMarginMs} * interval '1 millisecond', false) AS is_beating
    ) o
    WHERE ${isWell} AND (o.is_beating OR (p.root_id IS NOT NULL AND r.external_state_at < ${ago(cancelMs)}))
    ORDER BY r.external_state_at LIMIT ${mostOfAKind}`,
  );

/** A run that goes on although its task has ended here. Index: `flow_runs_external_live`. */
const findEndedHere: Finder = (database, { lagMs }) =>
  find(
    database,
    sql<FoundDisagreement>`
    SELECT 'ended_here_runs_there' AS kind, r.id AS subject_id, ${connectionColumns}, r.id AS flow_run_id,
      r.external_id AS external_run_id, r.task_id, r.unit_id, ${runTitle} AS title, t.completed_at AS since,
      t.status AS ours, coalesce(r.external_state, r.status) AS theirs, ${canCancel} AS can_cancel, false AS is_live_here
    FROM outside_runs r JOIN connections c ON c.id = r.connection_id JOIN outside_tasks t ON t.id = r.task_id
    WHERE r.status IN ${liveRun} AND r.missing_upstream_at IS NULL AND r.external_parent_task_run_id IS NULL
      AND r.external_state_type IS DISTINCT FROM 'CANCELLING'
      AND t.status NOT IN ${live} AND t.completed_at < ${ago(lagMs)} AND ${isWell}
    ORDER BY t.completed_at LIMIT ${mostOfAKind}`,
  );

/** A run that does not send its heartbeat. Index: `flow_runs_external_live`. */
const findSilent: Finder = (database) =>
  find(
    database,
    sql<FoundDisagreement>`
    SELECT 'silent' AS kind, r.id AS subject_id, ${connectionColumns}, r.id AS flow_run_id, r.external_id AS external_run_id,
      r.task_id, r.unit_id, ${runTitle} AS title, r.suspect_since AS since,
      coalesce(r.suspect_reason, 'it is silent') AS ours, coalesce(r.external_state, r.status) AS theirs,
      ${canCancel} AS can_cancel, false AS is_live_here
    FROM outside_runs r JOIN connections c ON c.id = r.connection_id
    WHERE r.status IN ${liveRun} AND r.suspect_since IS NOT NULL AND r.missing_upstream_at IS NULL
      AND r.external_parent_task_run_id IS NULL AND ${isWell}
    ORDER BY r.suspect_since LIMIT ${mostOfAKind}`,
  );

/** An action whose answer was lost and that reading the run did not decide. Index: `action_outbox_open`. */
const findUndecided: Finder = (database, { undecidedMs }) =>
  find(
    database,
    sql<FoundDisagreement>`
    SELECT 'outcome_unknown' AS kind, a.id AS subject_id, ${connectionColumns}, r.id AS flow_run_id, a.external_run_id,
      a.task_id, r.unit_id, coalesce(${runTitle}, a.external_run_id) AS title, a.sent_at AS since,
      'asked to ' || a.kind AS ours, coalesce(r.external_state, 'the run has not changed') AS theirs,
      a.kind = 'cancel' AND coalesce(${canCancel}, false) AS can_cancel, false AS is_live_here
    FROM action_outbox a JOIN connections c ON c.id = a.connection_id
    LEFT JOIN outside_runs r ON r.connection_id = a.connection_id AND r.external_id = a.external_run_id
    WHERE a.settled_at IS NULL AND a.status = 'unknown' AND a.sent_at < ${ago(undecidedMs)} AND ${isWell}
    ORDER BY a.sent_at LIMIT ${mostOfAKind}`,
  );

/** One statement for each kind. */
export const finders: Readonly<Record<DisagreementKind, Finder>> = {
  launched_never_seen: findNeverSeen,
  lost: findLost,
  cancelled_still_running: findCancelledRunning,
  ended_here_runs_there: findEndedHere,
  silent: findSilent,
  outcome_unknown: findUndecided,
};
