import { createHash } from "node:crypto";
import type { Insertable } from "kysely";
import type { DB } from "../../platform/generated/database.ts";

type Row<Table extends keyof DB> = Insertable<DB[Table]>;

/** All rows of the sample data, in memory until they are inserted together. */
export interface SeedRows {
  readonly workers: Row<"workers">[];
  readonly units: Row<"units">[];
  readonly unit_sources: Row<"unit_sources">[];
  readonly lineages: Row<"lineages">[];
  readonly tasks: Row<"tasks">[];
  readonly task_attempts: Row<"task_attempts">[];
  readonly lessons: Row<"lessons">[];
  readonly flow_runs: Row<"flow_runs">[];
  readonly flow_step_runs: Row<"flow_step_runs">[];
  readonly llm_requests: Row<"llm_requests">[];
  readonly payloads_flow_runs: Row<"payloads_flow_runs">[];
  readonly payloads_step_runs: Row<"payloads_step_runs">[];
  readonly payloads_llm_requests: Row<"payloads_llm_requests">[];
  readonly step_logs: Row<"step_logs">[];
  readonly idempotency_keys: Row<"idempotency_keys">[];
}

export type FlowRunRow = Row<"flow_runs">;
export type StepRow = Row<"flow_step_runs">;
export type RequestRow = Row<"llm_requests">;

export function emptyRows(): SeedRows {
  return {
    workers: [],
    units: [],
    unit_sources: [],
    lineages: [],
    tasks: [],
    task_attempts: [],
    lessons: [],
    flow_runs: [],
    flow_step_runs: [],
    llm_requests: [],
    payloads_flow_runs: [],
    payloads_step_runs: [],
    payloads_llm_requests: [],
    step_logs: [],
    idempotency_keys: [],
  };
}

/**
 * Gives UUIDv7s of moments in the past, which `uuidv7()` of the database cannot before version 18. Ids of the same
 * millisecond rise in the order in which they were asked for.
 */
export function createIdSource(seed: string): (moment_ms: number) => string {
  let given = 0;
  return (moment_ms) => {
    given += 1;
    const time = Math.round(moment_ms).toString(16).padStart(12, "0");
    const count = (given & 0xfff).toString(16).padStart(3, "0");
    const tail = createHash("sha256").update(`${seed} ${given}`).digest("hex");
    return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-a${tail.slice(0, 3)}-${tail.slice(3, 15)}`;
  };
}

/** ISO 8601 of a moment. */
export function at(moment_ms: number): string {
  return new Date(moment_ms).toISOString();
}

/** A number from 0 to 1 that is the same for the same name: durations vary, but not from seed to seed. */
export function variation(name: string): number {
  return createHash("sha256").update(name).digest().readUInt32BE(0) / 2 ** 32;
}
