import type { Role } from "./access.ts";

/** Who makes the request. Before accounts exist it is always the local administrator. */
export interface CurrentUser {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

/** What every handler finds on its context. */
export interface HttpEnvironment {
  Variables: { request_id: string; user: CurrentUser };
}
