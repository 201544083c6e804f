import { sendJson } from "../../../api/client.ts";
import type { Connection, ConnectionVerdict } from "../../../api/engine-rows.ts";

const path = "/prefect/connections";

/** How a request to Prefect identifies itself. Written, never answered. */
export type Credentials =
  | { kind: "none" }
  | { kind: "basic"; auth_string: string }
  | { kind: "bearer"; api_key: string };

/** What a person sets of a connection; without `credentials` the stored ones stay. */
export type ConnectionDraft = Pick<
  Connection,
  "name" | "base_url" | "ui_url" | "filter_tags" | "filter_deployment_ids"
> & { credentials?: Credentials };

/** @throws ApiError `connection_name_taken`, `connection_limit_reached` */
export function createConnection(draft: ConnectionDraft): Promise<Connection> {
  return sendJson<Connection>("POST", path, draft);
}

/** @throws ApiError `connection_not_found`, `connection_from_environment`, `connection_name_taken` */
export function changeConnection(
  id: string,
  change: Partial<ConnectionDraft & { is_enabled: boolean }>,
): Promise<Connection> {
  return sendJson<Connection>("PATCH", `${path}/${id}`, change);
}

/** Removes it with its credentials; its rows stay. @throws ApiError `connection_not_found`, `connection_from_environment` */
export function removeConnection(id: string): Promise<undefined> {
  return sendJson<undefined>("DELETE", `${path}/${id}`);
}

/** Tries what is in the form. Stored credentials of `connection_id` are taken where none are given. */
export function probeConnection(probe: {
  connection_id: string | null;
  base_url: string;
  credentials?: Credentials;
}): Promise<ConnectionVerdict> {
  return sendJson<ConnectionVerdict>("POST", `${path}/test`, probe);
}

/** Tries a connection as it is stored. @throws ApiError `connection_not_found` */
export function testConnection(id: string): Promise<ConnectionVerdict> {
  return sendJson<ConnectionVerdict>("POST", `${path}/${id}/test`);
}
