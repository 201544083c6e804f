import type { Logger } from "../../../platform/logger.ts";
import { createPeriodic, type Periodic } from "../../../platform/periodic.ts";
import type { TokenService } from "./service.ts";

// One short file and one row by its index: nobody waits long at a command line whose token was revoked with its owner's account.
const lookEveryMs = 5_000;

/**
 * Looks at the data folder's token while the server runs and replaces it when it is gone, can be read by others, was revoked, or
 * belongs to somebody who is no longer an active administrator.
 */
export function createMachineTokenKeeper(
  tokens: Pick<TokenService, "writeMachineToken">,
  home: string,
  logger: Logger,
): Periodic {
  return createPeriodic(lookEveryMs, logger, "The look at the command line's token", async () => {
    await tokens.writeMachineToken(home);
  });
}
