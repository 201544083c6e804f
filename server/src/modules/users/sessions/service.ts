import type { Caller } from "../../../platform/caller.ts";
import type { Session } from "./models.ts";

/** Sessions of people. Ending one closes its event streams within a second. */
export interface SessionService {
  /** One's own that have not ended, newest first. */
  listOwn(caller: Caller): Promise<Session[]>;
  /** @throws AppError `session_not_found`, also for one of somebody else */
  endOwn(caller: Caller, session_id: string): Promise<void>;
  /** All of one's own but the current one. Answers how many. */
  endOthers(caller: Caller): Promise<number>;
  /** The current one is fresh again. @throws AppError `password_wrong`, `too_many_sign_ins` */
  renew(caller: Caller, password: string): Promise<void>;
  /** All of a person, tokens stay. Answers how many. @throws AppError `user_not_found` */
  endAllOf(user_id: string): Promise<number>;
}
