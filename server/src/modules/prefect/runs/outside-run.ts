import type { Database } from "../../../platform/database.ts";
import { noSuchFlowRun } from "../../flow-engine/public.ts";
import { prefectErrors } from "../errors.ts";
import { findOutsideRun, hasFlowRun, type OutsideRun } from "./repo.ts";

/** @throws AppError `flow_run_not_found`, `flow_run_not_external` */
export async function getOutsideRun(database: Database, id: string): Promise<OutsideRun> {
  const run = await findOutsideRun(database, id);
  if (run !== null) return run;
  if (!(await hasFlowRun(database, id))) throw noSuchFlowRun(id);
  throw prefectErrors.create("flow_run_not_external", "This run is one of ours: Prefect does not know it.");
}
