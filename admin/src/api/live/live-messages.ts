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
  "incident",
  "stuck_job",
  "health_state",
  "alert",
  "connection",
  "engine_action",
  "task_carrier",
  "user",
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
  | { kind: "changes"; changes: LiveChange[] }
  /** Something was missed: what is on show is read again. Patches are forgotten where even their versions may not hold. */
  | { kind: "gap"; forget: boolean }
  /** The server ended the stream, or did not open one: the session may be over. It is tried again all the same. */
  | { kind: "refused" }
  /** The name or role of the person changed. */
  | { kind: "session" };

/** A number of the server's broadcasts; numbers can be compared within one epoch only. */
export type Place = { epoch: string; seq: number };

/** Broadcasts from number `first` to number `seq`. */
export type ChangesEvent = Place & { first: number; changes: LiveChange[] };

/** The beginning of a connection; `resumed` says whether `changes` is all that was missed. */
export type HelloEvent = Place & { resumed: boolean; changes: LiveChange[] };

const parentNames = ["unit_id", "task_id", "flow_run_id", "step_run_id"] as const;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readChange(value: unknown): LiveChange | null {
  if (!isRecord(value)) return null;
  const entity = liveEntities.find((name) => name === value.entity);
  if (entity === undefined || typeof value.id !== "string" || typeof value.version !== "number") return null;
  const parents: LiveChange["parents"] = {};
  const given = isRecord(value.parents) ? value.parents : {};
  for (const name of parentNames) {
    const id = given[name];
    if (typeof id === "string") parents[name] = id;
  }
  const patch = isRecord(value.patch) ? value.patch : null;
  return { entity, id: value.id, parents, version: value.version, patch };
}

/** What can be read of the list; an entity of a newer server is left out. */
function readChanges(value: unknown): LiveChange[] {
  return Array.isArray(value) ? value.map(readChange).filter((change) => change !== null) : [];
}

function readPlace(value: Record<string, unknown> | null): Place | null {
  return typeof value?.epoch === "string" && typeof value.seq === "number"
    ? { epoch: value.epoch, seq: value.seq }
    : null;
}

/** Reads the data of a `beat` or `gap` event; null for anything that is none. */
export function parsePlace(data: string): Place | null {
  return readPlace(parseRecord(data));
}

/** Reads the data of a `changes` event; null for anything that is none. */
export function parseChanges(data: string): ChangesEvent | null {
  const value = parseRecord(data);
  const place = readPlace(value);
  if (value === null || place === null) return null;
  const first = typeof value.first === "number" ? value.first : place.seq;
  return { ...place, first, changes: readChanges(value.events) };
}

/** Reads the data of a `hello` event; null for anything that is none. */
export function parseHello(data: string): HelloEvent | null {
  const value = parseRecord(data);
  const place = readPlace(value);
  if (value === null || place === null) return null;
  return { ...place, resumed: value.resumed === true, changes: readChanges(value.events) };
}

function parseRecord(data: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(data);
    return isRecord(value) ? value : null;
  } catch {
    // The caller takes an event that cannot be read as one that was missed.
    return null;
  }
}
