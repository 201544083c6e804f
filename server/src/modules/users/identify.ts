import type { Caller, Identified, Identify } from "../../platform/caller.ts";
import type { TokenService } from "./tokens/service.ts";

/** Reads the session cookie of a request. */
export type IdentifySession = (headers: Headers, clientAddress: string) => Promise<Identified>;

const nobody: Identified = { caller: null, cookies: [] };
const bearer = /^Bearer +(\S+)$/i;

/**
 * Who makes a request: the owner of the token in `Authorization`, else whoever the session cookie belongs to. A request with
 * a token that is not valid is nobody's, whatever cookie it carries.
 */
export function createIdentify(
  tokens: Pick<TokenService, "identify">,
  identifySession: IdentifySession,
): Identify {
  return async (headers, clientAddress) => {
    const authorization = headers.get("authorization");
    if (authorization === null) return identifySession(headers, clientAddress);
    const [, token] = bearer.exec(authorization) ?? [];
    if (token === undefined) return nobody;
    const caller: Caller | null = await tokens.identify(token, clientAddress);
    return { caller, cookies: [] };
  };
}
