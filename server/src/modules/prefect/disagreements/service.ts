import type { Requester } from "../actions/service.ts";
import type { Disagreement, RepairKind } from "./models.ts";

/** Where Prefect and our record differ, and what can be done about it. */
export interface DisagreementService {
  /** Oldest first, at most 200. */
  list(): Promise<Disagreement[]>;
  /** @throws AppError `disagreement_not_found` when it does not exist any more, `repair_not_offered` */
  repair(user: Requester, id: string, repair: RepairKind): Promise<void>;
}
