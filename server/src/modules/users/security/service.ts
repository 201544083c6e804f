import type { Database } from "../../../platform/database.ts";
import type { KeyKeeper } from "../../../platform/key-keeping.ts";
import type { SessionPolicy } from "../sign-in/session-policy.ts";
import type { SecuritySummary } from "./models.ts";
import { countAccess, countAccounts } from "./repo.ts";

/** What the settings say about who may come in. */
export type SecuritySettings = Pick<
  SecuritySummary,
  | "is_open_to_network"
  | "is_https"
  | "listens_beyond_loopback"
  | "needs_second_factor"
  | "requests_per_second"
  | "streams_per_user"
>;

/** What an administrator should know at a glance. */
export interface SecuritySummaryService {
  /** Numbers and settings; no names, no secrets. */
  read(): Promise<SecuritySummary>;
}

// As long as an administrator may take to notice that a program is gone.
const unusedDays = 90;

/** Counts anew each time: it is asked by hand, seldom. */
export function createSecuritySummary({
  database,
  policy,
  keys,
  settings,
}: {
  readonly database: Database;
  readonly policy: SessionPolicy;
  readonly keys: Pick<KeyKeeper, "readVersions">;
  readonly settings: SecuritySettings;
}): SecuritySummaryService {
  return {
    async read() {
      const [accounts, access, { current, held, needed }] = await Promise.all([
        countAccounts(database),
        countAccess(database, policy, unusedDays),
        keys.readVersions(),
      ]);
      return { ...settings, ...accounts, ...access, keys: { current, held: [...held], needed: [...needed] } };
    },
  };
}
