import { hostname } from "node:os";
import type { RecordAudit } from "../../../platform/audit-entry.ts";
import type { Logger } from "../../../platform/logger.ts";
import { createPeriodic, type Periodic } from "../../../platform/periodic.ts";
import type { MadeMachineToken, TokenService } from "./service.ts";

// One short file and one row by its index: nobody waits long at a command line whose token was revoked with its owner's account.
const lookEveryMs = 5_000;

export interface MachineTokenKeeperOptions {
  readonly tokens: Pick<TokenService, "writeMachineToken">;
  /** Data folder. */
  readonly home: string;
  readonly logger: Logger;
  readonly recordAudit: RecordAudit;
}

export interface MachineTokenKeeper extends Pick<Periodic, "stop"> {
  /** Makes sure of the token, then goes on looking. @throws when there is no administrator who could own one */
  start(): Promise<void>;
}

/**
 * Looks at the data folder's token while the server runs and replaces it when it is gone, can be read by others, was revoked, or
 * belongs to somebody who is no longer an active administrator. Each token that it makes is written down in the audit log. Where that
 * fails the server's log says which one, and the server goes on: the token is in force already, and without a server nobody could
 * look at either log.
 */
export function createMachineTokenKeeper(options: MachineTokenKeeperOptions): MachineTokenKeeper {
  const { tokens, home, logger } = options;
  const look = async () => {
    await tokens.writeMachineToken(home, (made) => writeDown(options, made));
  };
  const periodic = createPeriodic(lookEveryMs, logger, "The look at the command line's token", look);
  return {
    async start() {
      await look();
      periodic.start();
    },
    stop: periodic.stop,
  };
}

async function writeDown(
  { recordAudit, logger }: MachineTokenKeeperOptions,
  { id, has_former }: MadeMachineToken,
): Promise<void> {
  try {
    await recordAudit({
      ...{ actor_id: null, actor_kind: "machine", token_id: null },
      ...{ action: "token.create_machine", object_kind: "token", object_id: id },
      ...{ result: "done", code: null, request_id: null, address: null, user_agent: null },
      details: { host: hostname(), replaced: has_former },
    });
  } catch (error) {
    logger.error(
      { error, token_id: id },
      "The command line's token was made and could not be written down in the audit log",
    );
  }
}
