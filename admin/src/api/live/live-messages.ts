/** What the stream reports on. */
export const liveEntities = [
  "task",
  "flow_run",
  "step_run",
  "llm_request",
  "unit",
  "lesson",
  "worker",
  "step_log",
] as const;

/** One of the reported kinds. */
export type LiveEntity = (typeof liveEntities)[number];

/** One changed row with its summary fields; `patch` is null when the row was deleted. */
export type LiveChange = {
  entity: LiveEntity;
  id: string;
  parents: { unit_id?: string; task_id?: string; flow_run_id?: string; step_run_id?: string };
  version: number;
  patch: Record<string, unknown> | null;
};

/** State of the connection; `as_of` is the last moment (ISO 8601) at which the rows were known to be current. */
export type ConnectionState = { kind: "connecting" | "live" | "reconnecting" | "down"; as_of: string | null };

/** What travels from the one connection of a browser to its tabs. */
export type LiveMessage =
  | { kind: "state"; state: ConnectionState }
  | { kind: "change"; change: LiveChange }
  | { kind: "reset" };

const parentNames = ["unit_id", "task_id", "flow_run_id", "step_run_id"] as const;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads the data of a `change` event; null for anything that is not one, such as an entity of a newer server. */
export function parseChange(data: string): LiveChange | null {
  const value = parseRecord(data);
  const entity = liveEntities.find((name) => name === value?.entity);
  if (value === null || entity === undefined) return null;
  if (typeof value.id !== "string" || typeof value.version !== "number") return null;
  const parents: LiveChange["parents"] = {};
  const given = isRecord(value.parents) ? value.parents : {};
  for (const name of parentNames) {
    const id = given[name];
    if (typeof id === "string") parents[name] = id;
  }
  return {
    entity,
    id: value.id,
    parents,
    version: value.version,
    patch: isRecord(value.patch) ? value.patch : null,
  };
}

/** The `as_of` of a `hello` event, or null. */
export function parseAsOf(data: string): string | null {
  const asOf = parseRecord(data)?.as_of;
  return typeof asOf === "string" ? asOf : null;
}

function parseRecord(data: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(data);
    return isRecord(value) ? value : null;
  } catch {
    // A broken event is dropped here; the server's sweep repeats what it announced.
    return null;
  }
}
