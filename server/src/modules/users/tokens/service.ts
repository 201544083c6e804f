import type { Caller } from "../../../platform/caller.ts";
import type { ApiToken, MadeApiToken, NewApiToken } from "./models.ts";

/** A token that the machine was given. */
export interface MadeMachineToken {
  readonly id: string;
  /** Whether it took the place of another, of the same folder. */
  readonly has_former: boolean;
}

/** API tokens: `cw_` and 256 random bits, of which only a hash is stored. One lives no longer than its owner's account is active. */
export interface TokenService {
  /** Whose token it is; null for one that is malformed, unknown, expired, revoked, or whose owner is not active. */
  identify(token: string, address: string): Promise<Caller | null>;
  /** One's own; an administrator sees those of everybody. Newest first, at most 500; revoked and expired ones for 30 days. */
  list(caller: Caller): Promise<ApiToken[]>;
  /**
   * @throws AppError `token_scope_too_wide` for a scope beyond one's role, `too_many_tokens` past 50 live ones,
   * `second_factor_needed_by_role` for somebody who owes theirs
   */
  create(caller: Caller, token: NewApiToken): Promise<MadeApiToken>;
  /** One's own; an administrator those of everybody. Once more is harmless. @throws AppError `token_not_found` */
  revoke(caller: Caller, token_id: string): Promise<void>;
  /**
   * Makes sure that the data folder's 0600 token file holds an active administrator's token; one that no longer works is replaced,
   * and the former ones of this folder end. Answers the token.
   *
   * @param made is told of a token that was made for this, after it is in force
   */
  writeMachineToken(home: string, made?: (token: MadeMachineToken) => Promise<void>): Promise<string>;
}
