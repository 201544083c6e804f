import { hostname } from "node:os";
import path from "node:path";
import type { Caller } from "../../../platform/caller.ts";
import type { Database, Transaction } from "../../../platform/database.ts";
import { loadedSecrets } from "../../../platform/redaction.ts";
import { userErrors } from "../errors.ts";
import { findFirstAdministrator } from "../repo.ts";
import { touchUser } from "../sign-in/repo.ts";
import { createThrottle, hashedKey } from "../sign-in/throttle.ts";
import { readFormerToken, readMachineToken, writeMachineTokenFile } from "./machine-token.ts";
import type { NewApiToken } from "./models.ts";
import {
  countLiveTokens,
  endMachineToken,
  endMachineTokens,
  endToken,
  findToken,
  findTokenOwner,
  insertToken,
  listTokens,
  lockMachineToken,
  noteTokenUse,
  type TokenOwner,
} from "./repo.ts";
import { scopesBeyond } from "./scopes.ts";
import type { MadeMachineToken, TokenService } from "./service.ts";
import { drawToken, hashToken, isTokenText, machineScopes } from "./token-text.ts";

// Often enough to tell whether a token is in use, seldom enough to cost nothing.
const useNotedEveryMs = 60_000;
/** Of one person in a quarter of an hour, also when they are revoked at once: each token begins with request limits of its own. */
const mostMade = 200;
/** Most tokens of one person that work at the same time. */
const mostLive = 50;
const mostListed = 500;

/** The tokens of the database. */
export function createTokenService(database: Database): TokenService {
  return {
    async identify(token, address) {
      if (!isTokenText(token)) return null;
      const owner = await findTokenOwner(database, hashToken(token));
      if (owner === null) return null;
      const { token_id, scopes, is_of_machine, last_used_at } = owner;
      if (last_used_at === null || Date.now() - Date.parse(last_used_at) > useNotedEveryMs)
        await noteTokenUse(database, token_id, address, useNotedEveryMs);
      return asCaller(owner, { kind: "token", token_id, scopes, is_of_machine });
    },
    list: (caller) => listTokens(database, reachOf(caller), mostListed),
    create: (caller, token) => createToken(database, caller, token),
    revoke: (caller, token_id) =>
      database.transaction().execute(async (transaction) => {
        const owner_id = await endToken(transaction, token_id, reachOf(caller));
        if (owner_id === null)
          throw userErrors.create("token_not_found", "You have no token with this id. Load the list again.");
        await touchUser(transaction, owner_id);
      }),
    async writeMachineToken(home, made) {
      const written = await writeMachineToken(database, home);
      if (written.made !== null) await made?.(written.made);
      return written.token;
    },
  };
}

/** Whose tokens somebody manages: null for everybody's. Whoever owes a second factor is no administrator yet. */
function reachOf({ id, role, owes_second_factor }: Caller): string | null {
  return role === "admin" && !owes_second_factor ? null : id;
}

function asCaller({ id, name, role }: TokenOwner, proof: Caller["proof"]): Caller {
  return { id, name, role, proof, owes_second_factor: false };
}

async function createToken(database: Database, caller: Caller, token: NewApiToken) {
  // A token needs no second factor: whoever owes one could pass it by.
  if (caller.owes_second_factor)
    throw userErrors.create(
      "second_factor_needed_by_role",
      "Your role asks for a second factor. Set one up under Settings, Account; after that you can make tokens.",
    );
  const scopes = [...new Set(token.scopes)];
  const beyond = scopesBeyond(caller.role, scopes);
  if (beyond.length > 0)
    throw userErrors.create(
      "token_scope_too_wide",
      `Your role, ${caller.role}, does not reach as far as ${beyond.join(", ")}. Leave that out.`,
    );
  await createThrottle(database).take([{ key: hashedKey("token", caller.id), free: mostMade }]);
  const drawn = drawToken();
  const api_token = await database.transaction().execute(async (transaction) => {
    if ((await countLiveTokens(transaction, caller.id)) >= mostLive)
      throw userErrors.create(
        "too_many_tokens",
        `You have ${mostLive} tokens that work. Revoke one that you no longer need.`,
      );
    const id = await insertToken(transaction, {
      ...{ user_id: caller.id, name: token.name, scopes, is_of_machine: false },
      ...{ prefix: drawn.prefix, secret_sha256: drawn.secret_sha256, expires_in_days: token.expires_in_days },
    });
    return findToken(transaction, id);
  });
  if (api_token === null) throw new Error("A token that was just made cannot be found");
  return { token: drawn.token, api_token };
}

/** The token in the folder's file, null when it does not work as an administrator's. */
async function findKeptToken(database: Database | Transaction, home: string): Promise<string | null> {
  const kept = readMachineToken(home);
  if (kept === undefined || !isTokenText(kept)) return null;
  loadedSecrets.add(kept);
  const owner = await findTokenOwner(database, hashToken(kept));
  return owner?.is_of_machine === true && owner.role === "admin" ? kept : null;
}

/**
 * Ends the token that stood in the folder. Where that is not known any more, all of its name end: servers elsewhere whose host and
 * folder are called the same find theirs ended then and replace it, without ending any other. Answers whether there was one.
 */
async function endFormerToken(transaction: Transaction, home: string, name: string): Promise<boolean> {
  const former = readFormerToken(home);
  if (former !== undefined && (await endMachineToken(transaction, hashToken(former)))) return true;
  return endMachineTokens(transaction, name);
}

interface WrittenToken {
  readonly token: string;
  /** Null: the one that was there works. */
  readonly made: MadeMachineToken | null;
}

/** The file is written before the commit: if that fails, the next look finds a token that does not work and replaces it. */
async function writeMachineToken(database: Database, home: string): Promise<WrittenToken> {
  const kept = await findKeptToken(database, home);
  if (kept !== null) return { token: kept, made: null };
  // Two data folders on one host have a token each.
  const name = `Command line on ${hostname()}, ${path.resolve(home)}`;
  return database.transaction().execute(async (transaction) => {
    await lockMachineToken(transaction, name);
    const written = await findKeptToken(transaction, home);
    if (written !== null) return { token: written, made: null };
    const owner = await findFirstAdministrator(transaction);
    if (owner === null)
      throw new Error("There is no active administrator who could own the command line's token.");
    const has_former = await endFormerToken(transaction, home, name);
    const { token, prefix, secret_sha256 } = drawToken();
    loadedSecrets.add(token);
    const id = await insertToken(transaction, {
      ...{ user_id: owner.id, name, prefix, secret_sha256, scopes: machineScopes },
      ...{ is_of_machine: true, expires_in_days: null },
    });
    writeMachineTokenFile(home, token);
    return { token, made: { id, has_former } };
  });
}
