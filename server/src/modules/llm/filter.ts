import { z } from "@hono/zod-openapi";
import {
  costFields,
  createdFields,
  durationFields,
  nameField,
  oneOrMoreField,
  searchWordsField,
} from "../../platform/filter-fields.ts";
import { llmRequestKinds, llmRequestStatuses } from "./public.ts";

/** Filters of the requests list; all given fields must hold. `status` and `kind` take several, with commas between. */
export const llmRequestFilterSchema = z.object({
  step_run_id: z.uuid().optional(),
  flow_run_id: z.uuid().optional(),
  task_id: z.uuid().optional(),
  unit_id: z.uuid().optional(),
  user_id: z.uuid().optional(),
  replay_of_request_id: z.uuid().optional(),
  status: oneOrMoreField(llmRequestStatuses).optional(),
  kind: oneOrMoreField(llmRequestKinds).optional(),
  provider: nameField.optional(),
  model: nameField.optional(),
  step_name: nameField.optional(),
  ...createdFields,
  ...durationFields,
  ...costFields,
  q: searchWordsField.optional(),
});
export type LlmRequestFilter = z.infer<typeof llmRequestFilterSchema>;
