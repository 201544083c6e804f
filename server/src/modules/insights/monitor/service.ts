import type { Database } from "../../../platform/database.ts";
import { type Engine, engines } from "../../../platform/engines.ts";
import { type Page, pageFrom, readCursor } from "../../../platform/page.ts";
import type { Forecaster } from "../../content-creator/public.ts";
import type { AlertService } from "../alerts/service.ts";
import { insightErrors } from "../errors.ts";
import type { HealthService } from "../health/service.ts";
import type { IncidentService } from "../incidents/service.ts";
import { readToday, type Today } from "../metrics/repo.ts";
import { activeJobOf, finishedJobOf, type JobFacts, queuedJobsOf } from "./answer.ts";
import { createKeptOutlooks } from "./kept-outlooks.ts";
import { createKeptWork, type JobWork, readWork } from "./kept-work.ts";
import { createSharedAnswer } from "./live-answer.ts";
import type { CourseGeneration, FinishedJob, HistoryFilter } from "./models.ts";
import { countEnded, listEnded } from "./repo/history.ts";
import {
  findDayCap,
  type JobRow,
  type Jobs,
  listBulkProgress,
  listJobs,
  listStuckAt,
  listWorkersAt,
  readMoment,
  type WorkerRow,
} from "./repo/jobs.ts";
import { asOfThePast, listOutside, type OutsideRow } from "./repo/outside.ts";
import { listSpending } from "./repo/work.ts";

export interface MonitorService {
  /**
   * The monitor now (`at` null) or at a past moment, ISO 8601; with an engine, only its jobs are listed.
   * @throws AppError `moment_in_future`
   */
  read(at: string | null, engine?: Engine): Promise<CourseGeneration>;
  /** @throws AppError `cursor_invalid` */
  listHistory(
    filter: HistoryFilter,
    page: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<Page<FinishedJob>>;
}

export interface MonitorServiceOptions {
  readonly database: Database;
  readonly forecaster: Forecaster;
  readonly health: Pick<HealthService, "listAt">;
  readonly incidents: Pick<IncidentService, "listOpen">;
  readonly alerts: Pick<AlertService, "listFiring">;
  /** The cap in force now; undefined: none. */
  readonly budgetUsdPerDay: number | undefined;
}

const historyShown = 20;
const incidentsShown = 20;

/** The monitor of course generation, told for any moment from recorded times by one way of reading. */
export function createMonitorService(options: MonitorServiceOptions): MonitorService {
  const { database } = options;

  async function compute(
    asked: string | null,
    engine: Engine | undefined,
    reading: Reading,
  ): Promise<CourseGeneration> {
    const { as_of, is_future, recorded_since } = await readMoment(database, asked);
    if (is_future) throw inFuture(as_of);
    const at = asked === null ? null : as_of;
    const [jobs, workers, today, cap, history, health, incidents, alerts] = await Promise.all([
      listJobs(database, as_of, engine),
      listWorkersAt(database, as_of),
      readToday(database, at),
      findDayCap(database, as_of),
      readHistory(database, { engine }, { as_of, after: null, limit: historyShown }, at !== null),
      options.health.listAt(at),
      options.incidents.listOpen(at, incidentsShown),
      options.alerts.listFiring(at),
    ]);
    const facts = await readFacts(options, reading, as_of, jobs.rows);
    const active = jobs.rows.filter(({ status }) => status === "in_progress");
    return {
      as_of,
      at,
      recorded_since,
      figures: figuresOf(jobs, workers, today, cap ?? options.budgetUsdPerDay ?? null),
      health,
      active_jobs: active.map((job) => activeJobOf(job, facts)),
      active_total: jobs.active,
      queued_jobs: queuedJobsOf(jobs, workers, facts),
      queued_total: jobs.waiting,
      history,
      incidents: incidents.rows,
      incident_total: incidents.total,
      alerts,
    };
  }

  const past: Reading = {
    outlookOf: null,
    readWork: (as_of, task_ids) => readWork(database, as_of, task_ids),
  };
  const readLiveOf = (engine: Engine | undefined) =>
    createLiveAnswer(options, (live) => compute(null, engine, live));
  const readAll = readLiveOf(undefined);
  const readLive = new Map(engines.map((engine) => [engine, readLiveOf(engine)]));
  return {
    read(at, engine) {
      if (at !== null) return compute(storableMoment(at), engine, past);
      return ((engine && readLive.get(engine)) ?? readAll)();
    },
    async listHistory(filter, { limit, cursor }) {
      const after = cursor === undefined ? null : readCursor(cursor);
      const { as_of } = await readMoment(database, null);
      const [rows, counted] = await Promise.all([
        readHistory(database, filter, { as_of, after, limit: limit + 1 }, false),
        countEnded(database, filter, as_of),
      ]);
      const page = pageFrom(rows, limit, counted.count);
      return { ...page, total_is_capped: page.total_is_capped || counted.is_least };
    },
  };
}

function figuresOf(
  jobs: Jobs,
  workers: readonly WorkerRow[],
  today: Today,
  budget_usd_per_day: number | null,
): CourseGeneration["figures"] {
  return {
    running: jobs.running,
    outside_running: jobs.outside_running,
    capacity: workers.reduce((sum, { capacity }) => sum + capacity, 0),
    queued: jobs.queued,
    paused: jobs.paused,
    oldest_waiting_ms: Math.max(0, jobs.oldest_waiting_ms),
    ...today,
    budget_usd_per_day,
  };
}

/** What is kept is of the jobs of one list. */
function createLiveAnswer(
  { database, forecaster }: MonitorServiceOptions,
  compute: (reading: Reading) => Promise<CourseGeneration>,
): () => Promise<CourseGeneration> {
  const kept = createKeptWork(database);
  const live: Reading = { outlookOf: createKeptOutlooks(forecaster), readWork: kept.read };
  return createSharedAnswer(async () => {
    await kept.catchUp();
    return compute(live);
  });
}

/** How the parts of an answer that cost most are read: for a past moment from the tables, for now from what is kept. */
interface Reading {
  /** Null: nothing is foreseen for a past moment. */
  readonly outlookOf: ((task_ids: readonly string[]) => Promise<JobFacts["outlooks"]>) | null;
  readonly readWork: (as_of: string, task_ids: readonly string[]) => Promise<JobWork>;
}

async function readFacts(
  { database, forecaster }: MonitorServiceOptions,
  { outlookOf, readWork }: Reading,
  as_of: string,
  rows: readonly JobRow[],
): Promise<JobFacts> {
  const active = rows.filter(({ status }) => status === "in_progress");
  const ids = active.map(({ task_id }) => task_id);
  const own = active.filter(({ connection_id }) => connection_id === null).map(({ task_id }) => task_id);
  const bulk = active.filter(({ task_name }) => task_name === "bulk_action").map(({ task_id }) => task_id);
  // How long another engine takes nobody of ours can tell.
  const foreseen = rows.filter(
    ({ status, position, connection_id }) =>
      connection_id === null && (status === "in_progress" || position !== null),
  );
  const [work, stuck, items, plans, usual, outlooks, outside] = await Promise.all([
    readWork(as_of, ids),
    listStuckAt(database, as_of, ids),
    bulk.length === 0 ? [] : listBulkProgress(database, as_of, bulk),
    forecaster.plansOf(own),
    forecaster.usualDurations(),
    outlookOf === null ? null : outlookOf(foreseen.map(({ task_id }) => task_id)),
    readOutside(
      database,
      rows.map((row) => ({ ...row, id: row.task_id })),
      outlookOf === null,
    ),
  ]);
  return {
    ...{ as_of, plans, usual, outlooks, outside },
    ...work,
    stuck: byTask(stuck),
    items: byTask(items),
  };
}

async function readHistory(
  database: Database,
  filter: HistoryFilter,
  position: { readonly as_of: string; readonly after: string | null; readonly limit: number },
  isPast: boolean,
): Promise<FinishedJob[]> {
  const rows = await listEnded(database, filter, position);
  const ids = rows.map(({ id }) => id);
  const [spent, outside] = await Promise.all([
    listSpending(database, position.as_of, ids),
    readOutside(database, rows, isPast),
  ]);
  const spending = byTask(spent);
  return rows.map((row) => finishedJobOf(row, spending.get(row.id), outside.get(row.id)));
}

async function readOutside(
  database: Database,
  rows: readonly { readonly id: string; readonly connection_id: string | null }[],
  isPast: boolean,
): Promise<ReadonlyMap<string, OutsideRow>> {
  const ids = rows.filter(({ connection_id }) => connection_id !== null).map(({ id }) => id);
  const found = await listOutside(database, ids);
  return byTask(isPast ? found.map(asOfThePast) : found);
}

function byTask<Row extends { readonly task_id: string }>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.task_id, row]));
}

// Nothing was recorded before; the database's calendar has no year 0.
const earliest = "1970-01-01T00:00:00.000Z";

function storableMoment(at: string): string {
  const moment = Date.parse(at);
  return moment < Date.parse(earliest) ? earliest : at;
}

function inFuture(as_of: string) {
  return insightErrors.create(
    "moment_in_future",
    `${as_of} has not come yet: the monitor tells what is, or what was. Leave \`at\` out to see the present.`,
  );
}
