import type { Identify } from "../../platform/caller.ts";
import type { TokenService } from "./tokens/service.ts";

const bearer = /^Bearer +(\S+)$/i;

/**
 * Who makes a request: the owner of the token in `Authorization`, else whoever the session cookie belongs to. A request with
 * a token that is not valid is nobody's, whatever cookie it carries.
 */
export function createIdentify(tokens: Pick<TokenService, "identify">, identifySession: Identify): Identify {
  return async (headers, clientAddress) => {
    const authorization = headers.get("authorization");
    if (authorization === null) return identifySession(headers, clientAddress);
    const [, token] = bearer.exec(authorization) ?? [];
    return token === undefined ? null : tokens.identify(token, clientAddress);
  };
}
