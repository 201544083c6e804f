import type { KeyRing } from "../../platform/crypto.ts";
import type { Database } from "../../platform/database.ts";
import type { Logger } from "../../platform/logger.ts";
import { createMailer, type MailSettings } from "../../platform/mail.ts";
import { createIdentify } from "./identify.ts";
import { createLinkRoutes } from "./links/routes.ts";
import { createUserManagement } from "./manage/manage-users.ts";
import { createPersonalData, type PersonalDataPort } from "./manage/personal-data.ts";
import { createUserManagementRoutes } from "./manage/routes.ts";
import { createUserRoutes } from "./routes.ts";
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
  readonly keyRing: () => KeyRing;
  readonly signIn: SignInSettings;
  readonly mail: MailSettings;
  /** Where people reach the dashboard, without a slash at its end. */
  readonly origin: () => string;
  /** What other modules hold of a person. */
  readonly personalData: PersonalDataPort;
}

/** Builds the users module; only app.ts calls it. */
export function createUsersModule(options: UsersModuleOptions) {
  const { database, origin } = options;
  const service = createUserService(database);
  const tokens = createTokenService(database);
  const { signIn, links, sessions, identifySession } = buildSignIn({ ...options, settings: options.signIn });
  const management = createUserManagement({
    ...{ database, links, origin, mailer: createMailer(options.mail), getUser: service.getUser },
    personalData: createPersonalData(database, options.personalData),
  });
  const identify = createIdentify(tokens, identifySession);
  return {
    service,
    tokens,
    /** Looks at the token of a data folder while the server runs. */
    keepMachineToken: (home: string) => createMachineTokenKeeper(tokens, home, options.logger),
    links,
    identify,
    routes: createUserRoutes(service),
    signInRoutes: createSignInRoutes(signIn),
    linkRoutes: createLinkRoutes(links),
    sessionRoutes: createSessionRoutes(sessions),
    tokenRoutes: createTokenRoutes(tokens),
    managementRoutes: createUserManagementRoutes(management),
    listSummaries: { user: service.listSummaries },
  };
}
