import { readMachineToken } from "../modules/users/tokens/machine-token.ts";
import { isTokenText } from "../modules/users/tokens/token-text.ts";
import { cliErrors } from "./errors.ts";
import { findStoredToken } from "./stored-tokens.ts";

/** The token that requests to a server carry. */
export interface Credential {
  readonly token: string | undefined;
  /** The data folder's, and nothing but the proof tells whose server answers. Over https its certificate does. */
  readonly needsProof: boolean;
  /** What to do when the server does not take it. */
  readonly whenRefused: string;
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether an address leads to this machine by its name already. */
export function isOnThisMachine(url: string): boolean {
  return loopback.test(new URL(url).hostname);
}

/**
 * `COURSEWRIGHT_TOKEN`, else what `coursewright login` kept for this address, else, on this machine only, the token in the data folder.
 *
 * @throws AppError `stored_tokens_unusable`, `request_refused` when COURSEWRIGHT_TOKEN holds something else
 */
export function findCredential({
  url,
  token,
  home,
}: {
  readonly url: string;
  readonly token: string | undefined;
  readonly home: string;
}): Credential {
  if (token !== undefined) {
    if (!isTokenText(token))
      throw cliErrors.create("request_refused", "COURSEWRIGHT_TOKEN holds no token: one begins with cw_.");
    return {
      token,
      needsProof: false,
      whenRefused: `${url} does not take the token in COURSEWRIGHT_TOKEN: it is wrong, expired or revoked. Make another at ${url}/settings/tokens.`,
    };
  }
  const stored = findStoredToken(url);
  if (stored !== undefined) {
    return {
      token: stored,
      needsProof: false,
      whenRefused: `${url} no longer takes the token of "coursewright login": it expired or was revoked. Run "coursewright login ${url}" again.`,
    };
  }
  if (!isOnThisMachine(url)) {
    return {
      token: undefined,
      needsProof: false,
      whenRefused: `${url} asks for a token. Run "coursewright login ${url}", or set COURSEWRIGHT_TOKEN.`,
    };
  }
  const ofMachine = readMachineToken(home);
  const found = ofMachine === undefined ? "There is no token that only you can read" : "The token";
  return {
    token: ofMachine,
    needsProof: ofMachine !== undefined && new URL(url).protocol === "http:",
    whenRefused:
      `${found} in the data folder ${home}${ofMachine === undefined ? "" : ` does not work at ${url}`}. Set COURSEWRIGHT_HOME to the data ` +
      `folder of that server, or run "coursewright login ${url}".`,
  };
}
