import { auditHttpErrors } from "./http/audit.ts";
import { requestErrors } from "./http/router.ts";
import { auditErrors } from "./modules/audit/errors.ts";
import { contentErrors } from "./modules/content/errors.ts";
import { creatorErrors } from "./modules/content-creator/errors.ts";
import { offlineAuthorErrors } from "./modules/content-creator/offline-author/errors.ts";
import { flowEngineErrors } from "./modules/flow-engine/errors.ts";
import { insightErrors } from "./modules/insights/errors.ts";
import { llmErrors } from "./modules/llm/errors.ts";
import { mediaErrors } from "./modules/media/errors.ts";
import { prefectErrors } from "./modules/prefect/errors.ts";
import { taskQueueErrors } from "./modules/task-queue/errors.ts";
import { userErrors } from "./modules/users/errors.ts";
import { cryptoErrors } from "./platform/crypto.ts";
import type { ErrorDefinition } from "./platform/errors.ts";
import { pageErrors } from "./platform/page.ts";

/** Every code that an HTTP answer or a stored row may carry: the error reference is made from it. */
export const errorDefinitions: Readonly<Record<string, ErrorDefinition>> = {
  ...requestErrors.definitions,
  ...auditHttpErrors.definitions,
  ...pageErrors.definitions,
  ...cryptoErrors.definitions,
  ...auditErrors.definitions,
  ...userErrors.definitions,
  ...taskQueueErrors.definitions,
  ...flowEngineErrors.definitions,
  ...llmErrors.definitions,
  ...mediaErrors.definitions,
  ...contentErrors.definitions,
  ...creatorErrors.definitions,
  ...offlineAuthorErrors.definitions,
  ...insightErrors.definitions,
  ...prefectErrors.definitions,
};
