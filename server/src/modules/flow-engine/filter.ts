import { z } from "@hono/zod-openapi";
import { engineFields } from "../../platform/engines.ts";
import {
  costFields,
  createdFields,
  durationFields,
  nameField,
  oneOrMoreField,
  searchWordsField,
} from "../../platform/filter-fields.ts";
import { flowRunStatuses } from "./statuses.ts";

/** Filters of the flow runs list; all given fields must hold. `status` takes several, with commas between. */
export const flowRunFilterSchema = z.object({
  task_id: z.uuid().optional(),
  arq_task_id: z.uuid().optional().openapi({ deprecated: true, description: "The same as task_id." }),
  unit_id: z.uuid().optional(),
  user_id: z.uuid().optional(),
  status: oneOrMoreField(flowRunStatuses).optional(),
  flow_name: nameField.optional(),
  parent_flow_run_id: z.uuid().optional(),
  ...engineFields,
  ...createdFields,
  ...durationFields,
  ...costFields,
  q: searchWordsField.optional(),
});
export type FlowRunFilter = z.infer<typeof flowRunFilterSchema>;
