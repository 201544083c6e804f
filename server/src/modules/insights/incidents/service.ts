import type { Database } from "../../../platform/database.ts";
import type { Logger } from "../../../platform/logger.ts";
import { type Page, pageFrom, readCursor } from "../../../platform/page.ts";
import type { Estimate } from "../../content-creator/public.ts";
import { insightErrors } from "../errors.ts";
import type { Duty } from "../keeper.ts";
import type { Incident, IncidentDetails, IncidentEdit, IncidentFilter } from "./models.ts";
import { advanceRecoveries, type ResumeUnits, stopRecovery } from "./recovery.ts";
import { findResumable, findRunningRecovery, insertRecovery } from "./recovery-repo.ts";
import * as repo from "./repo.ts";

/** Who does something. */
interface Person {
  readonly id: string;
}

export interface IncidentService {
  /** @throws AppError `cursor_invalid` */
  list(
    filter: IncidentFilter,
    page: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<Page<Incident>>;
  /** @throws AppError `incident_not_found` */
  get(id: string): Promise<IncidentDetails>;
  /** @throws AppError `incident_not_found`, `incident_superseded` */
  update(person: Person, id: string, edit: IncidentEdit): Promise<Incident>;
  /** @throws AppError `incident_not_found`, `recovery_running`, `nothing_to_recover` */
  recover(person: Person, id: string): Promise<Incident>;
  /** @throws AppError `incident_not_found`, `recovery_not_running` */
  stopRecovery(person: Person, id: string): Promise<Incident>;
  /** Open ones for the monitor: as they are, or (`at`) with what had failed by a past moment. Newest failure first. */
  listOpen(at: string | null, limit: number): Promise<{ readonly rows: Incident[]; readonly total: number }>;
  /** For the change stream. */
  listSummaries(ids: readonly string[]): Promise<Incident[]>;
}

export interface IncidentServiceOptions extends ResumeUnits {
  readonly database: Database;
  readonly logger: Logger;
  /** What resuming these units costs, together. */
  readonly estimateResumes: (unit_ids: readonly string[]) => Promise<Estimate>;
}

/** Most units in the details of an incident. */
const mostUnits = 200;
/** Units whose recorded steps are looked at one by one for an estimate. */
const mostEstimated = 20;

export function createIncidentService(options: IncidentServiceOptions): IncidentService {
  const { database } = options;

  async function find(id: string): Promise<Incident> {
    const [incident] = await repo.listByIds(database, [id]);
    if (incident === undefined) throw notFound(id);
    return incident;
  }

  return {
    async list(filter, { limit, cursor }) {
      const after = cursor === undefined ? null : readCursor(cursor);
      const [rows, counted] = await Promise.all([
        repo.listIncidents(database, filter, limit + 1, after),
        repo.countIncidents(database, filter),
      ]);
      return pageFrom(rows, limit, counted);
    },
    async get(id) {
      const incident = await find(id);
      const [units, recover] = await Promise.all([
        repo.listUnits(database, id, mostUnits),
        describeRecover(options, incident),
      ]);
      return { ...incident, units, recover };
    },
    async update(person, id, edit) {
      // A failure of before belongs to what is marked now, not to a new incident.
      if (edit.is_resolved === true) await untilNothingIsLeft(() => repo.groupFailures(database, true));
      await updateOnce(database, person, id, edit);
      return find(id);
    },
    async recover(person, id) {
      await find(id);
      await despiteDeletions(() => beginRecovery(database, person, id));
      return find(id);
    },
    async stopRecovery(person, id) {
      await find(id);
      const isStopped = await database.transaction().execute(async (transaction) => {
        const running = await findRunningRecovery(transaction, id);
        return running !== null && (await stopRecovery(transaction, running, person.id));
      });
      if (!isStopped) {
        throw insightErrors.create(
          "recovery_not_running",
          "No recovery of this incident is running any more. Reload to see how it ended.",
        );
      }
      return find(id);
    },
    async listOpen(at, limit) {
      if (at !== null) return repo.listOpenAt(database, at, limit);
      const open = { status: "open" } as const;
      const [rows, total] = await Promise.all([
        repo.listIncidents(database, open, limit, null),
        repo.countIncidents(database, open),
      ]);
      return { rows, total };
    },
    listSummaries: (ids) => repo.listByIds(database, ids),
  };
}

/** Counts new failures and moves recoveries on; every second, on one server of all. */
export function createIncidentDuty(
  options: ResumeUnits & Pick<IncidentServiceOptions, "database" | "logger">,
): Duty {
  const { database } = options;
  return {
    name: "The counting of incidents",
    everyMs: 1_000,
    async run() {
      await untilNothingIsLeft(() => repo.groupFailures(database));
      await untilNothingIsLeft(() => repo.recountChanged(database));
      await advanceRecoveries(options);
    },
  };
}

/** Rounds of one turn: a flood of failures goes on in the next one. */
const mostRounds = 20;

async function untilNothingIsLeft(take: () => Promise<number>): Promise<void> {
  for (let round = 0; round < mostRounds; round++) {
    if ((await take()) === 0) return;
  }
}

async function updateOnce(database: Database, person: Person, id: string, edit: IncidentEdit): Promise<void> {
  try {
    if (!(await repo.updateIncident(database, id, person.id, edit))) throw notFound(id);
  } catch (error) {
    if (!violates(error, "incidents_open_cause")) throw error;
    const newer = await repo.findOpenTwin(database, id);
    throw insightErrors.create(
      "incident_superseded",
      `The same failure came back after this incident was resolved and is open as incident ${newer ?? "of its own"}. ` +
        "Go on there; this one stays resolved.",
      { cause: error, details: { incident_id: newer } },
    );
  }
}

async function beginRecovery(database: Database, person: Person, id: string): Promise<void> {
  try {
    await database.transaction().execute(async (transaction) => {
      if ((await insertRecovery(transaction, id, person.id)) > 0) return;
      throw insightErrors.create("nothing_to_recover", nothingLeft);
    });
  } catch (error) {
    if (!violates(error, "incident_recoveries_running")) throw error;
    throw insightErrors.create("recovery_running", runsAlready, { cause: error });
  }
}

const nothingLeft =
  "No unit that failed with this cause is left to resume: each was repaired, runs or was deleted.";
const runsAlready = "A recovery of this incident is running. Wait for its end or stop it first.";

/** Sizes of the waves in which so many units are resumed: one, a tenth, the rest. */
export function wavesOf(total: number): number[] {
  const tenth = Math.min(Math.ceil(total / 10), Math.max(0, total - 1));
  return [Math.min(1, total), tenth, Math.max(0, total - 1 - tenth)].filter((size) => size > 0);
}

const free: Estimate = { cost_usd: 0, duration_ms: null, based_on_runs: 0, unknown_because: null };

async function describeRecover(
  { database, estimateResumes }: IncidentServiceOptions,
  incident: Incident,
): Promise<IncidentDetails["recover"]> {
  const refused = (reason: string) => ({ is_allowed: false, reason, waves: [], estimate: free });
  if (incident.recovery?.state === "running") return refused(runsAlready);
  const { total, unit_ids } = await findResumable(database, incident.id, mostEstimated);
  if (total === 0) return refused(nothingLeft);
  const estimate =
    total > mostEstimated
      ? {
          ...free,
          cost_usd: null,
          unknown_because: `What is kept differs from unit to unit; it is estimated for up to ${mostEstimated} units.`,
        }
      : await estimateResumes(unit_ids);
  return { is_allowed: true, reason: null, waves: wavesOf(total), estimate };
}

const mostTries = 5;

/** A unit that is deleted while it is written down fails the statement. The next one sees that it is gone. */
async function despiteDeletions(write: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await write();
    } catch (error) {
      if (!violates(error, "incident_recovery_items_unit_id_fkey") || tries === mostTries) throw error;
    }
  }
}

function violates(error: unknown, constraint: string): boolean {
  return error instanceof Error && "constraint" in error && error.constraint === constraint;
}

function notFound(id: string) {
  return insightErrors.create("incident_not_found", `There is no incident ${id}.`);
}
