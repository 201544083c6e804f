import type {
  Connection,
  ConnectionEdit,
  ConnectionProbe,
  ConnectionVerdict,
  Deployment,
  NewConnection,
} from "./models.ts";

/** The connections as the dashboard manages them. */
export interface ConnectionService {
  /** By name. */
  list(): Promise<Connection[]>;
  /** @throws AppError `connection_name_taken`, `connection_limit_reached` */
  create(connection: NewConnection): Promise<Connection>;
  /**
   * One from the environment can be disabled and enabled only. Another host needs its credentials entered again.
   *
   * @throws AppError `connection_not_found`, `connection_from_environment`, `connection_name_taken`,
   *   `connection_credentials_needed`
   */
  update(id: string, edit: ConnectionEdit): Promise<Connection>;
  /**
   * Forgets the credentials; what was mirrored stays.
   *
   * @throws AppError `connection_not_found`, `connection_from_environment`
   */
  remove(id: string): Promise<void>;
  /**
   * Stored credentials go to the host only that they are stored for.
   *
   * @throws AppError `connection_not_found`
   */
  probe(probe: ConnectionProbe): Promise<ConnectionVerdict>;
  /** Also a disabled one. @throws AppError `connection_not_found` */
  test(id: string): Promise<ConnectionVerdict>;
  /** @throws AppError `connection_not_found`, `connection_disabled`, codes of `prefectErrors` */
  listDeployments(id: string, asked?: { readonly isUnfiltered?: boolean }): Promise<Deployment[]>;
  /** For the change stream: those of the ids that are not removed. */
  listSummaries(ids: readonly string[]): Promise<Connection[]>;
}
