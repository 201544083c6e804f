import type { RecordAudit } from "../../platform/audit-entry.ts";
import type { KeyRing } from "../../platform/crypto.ts";
import type { Database } from "../../platform/database.ts";
import type { KeyKeeper } from "../../platform/key-keeping.ts";
import type { Logger } from "../../platform/logger.ts";
import { createMailer, type MailSettings } from "../../platform/mail.ts";
import { createIdentify } from "./identify.ts";
import { createLinkRoutes } from "./links/routes.ts";
import { createMachineProofRoutes } from "./machine-proof/routes.ts";
import { createMachineProof } from "./machine-proof/service.ts";
import { createUserManagement } from "./manage/manage-users.ts";
import { createPersonalData, type PersonalDataPort } from "./manage/personal-data.ts";
import { createUserManagementRoutes } from "./manage/routes.ts";
import { createUserRoutes } from "./routes.ts";
import { createSecurityRoutes } from "./security/routes.ts";
import { createSecuritySummary, type SecuritySettings } from "./security/service.ts";
import { createUserService } from "./service.ts";
import { createSessionRoutes } from "./sessions/routes.ts";
import { buildSignIn, type SignInSettings } from "./sign-in/build.ts";
import { createSignInRoutes } from "./sign-in/routes.ts";
import { createMachineTokenKeeper } from "./tokens/keep-machine-token.ts";
import { createTokenService } from "./tokens/manage-tokens.ts";
import { createTokenRoutes } from "./tokens/routes.ts";

export interface UsersModuleOptions {
  readonly database: Database;
  readonly logger: Logger;
  /** For what the server does by itself. */
  readonly recordAudit: RecordAudit;
  /** Data folder. */
  readonly home: string;
  readonly keyRing: () => KeyRing;
  readonly signIn: SignInSettings;
  readonly mail: MailSettings;
  /** Where people reach the dashboard, without a slash at its end. */
  readonly origin: () => string;
  /** What other modules hold of a person. */
  readonly personalData: PersonalDataPort;
}

type SecuritySettingsElsewhere = Omit<
  SecuritySettings,
  "is_open_to_network" | "is_https" | "needs_second_factor"
>;

/** Builds the users module; only app.ts calls it. */
export function createUsersModule(options: UsersModuleOptions) {
  const { database, origin } = options;
  const service = createUserService(database);
  const tokens = createTokenService(database);
  const { signIn, links, sessions, identifySession, policy, needsSecondFactor } = buildSignIn({
    ...options,
    settings: options.signIn,
  });
  const management = createUserManagement({
    ...{ database, links, origin, mailer: createMailer(options.mail), getUser: service.getUser },
    personalData: createPersonalData(database, options.personalData),
  });
  const identify = createIdentify(tokens, identifySession);
  return {
    service,
    /** The data folder's token, while the server runs. */
    machineToken: createMachineTokenKeeper({ tokens, ...options }),
    links,
    identify,
    routes: createUserRoutes(service),
    signInRoutes: createSignInRoutes(signIn),
    linkRoutes: createLinkRoutes(links),
    sessionRoutes: createSessionRoutes(sessions),
    tokenRoutes: createTokenRoutes(tokens),
    machineProofRoutes: createMachineProofRoutes(createMachineProof(options.home)),
    /** What `doctor` tells of it. */
    createSecurityRoutes: (keys: KeyKeeper, settings: SecuritySettingsElsewhere) =>
      createSecurityRoutes(
        createSecuritySummary({
          ...{ database, policy, keys },
          settings: {
            ...settings,
            is_open_to_network: options.signIn.is_open_to_network,
            is_https: options.signIn.is_secure,
            needs_second_factor: needsSecondFactor("admin"),
          },
        }),
      ),
    managementRoutes: createUserManagementRoutes(management),
    listSummaries: { user: service.listSummaries },
  };
}
