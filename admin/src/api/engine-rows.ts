import type { ApiRows } from "./client.ts";

/** An outside engine that is observed and steered. */
export type Connection = ApiRows["connection"];
/** What trying a connection found. */
export type ConnectionVerdict = ApiRows["connection_verdict"];
/** A deployment of Prefect that can be launched. */
export type Deployment = ApiRows["deployment"];
/** What Prefect says of a run, and what can be asked of it. */
export type EngineRun = ApiRows["engine_run"];
/** Something that was asked of Prefect, and what became of it. */
export type EngineAction = EngineRun["recent_actions"][number];
/** What Prefect has to do with a task. */
export type EngineTask = ApiRows["engine_task"];
/** A place where Prefect and our record say different things. */
export type Disagreement = ApiRows["disagreement"];
