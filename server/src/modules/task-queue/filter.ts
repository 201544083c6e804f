import { z } from "@hono/zod-openapi";
import { engineFields } from "../../platform/engines.ts";
import {
  createdFields,
  durationFields,
  nameField,
  oneOrMoreField,
  searchWordsField,
} from "../../platform/filter-fields.ts";
import { taskModes, taskStatuses } from "./statuses.ts";

/** Filters of the tasks list; all given fields must hold. `status` takes several, with commas between. */
export const taskFilterSchema = z.object({
  status: oneOrMoreField(taskStatuses).optional(),
  task_name: nameField.optional(),
  unit_id: z.uuid().optional(),
  user_id: z.uuid().optional(),
  mode: z.enum(taskModes).optional(),
  ...engineFields,
  ...createdFields,
  ...durationFields,
  q: searchWordsField.optional(),
});
export type TaskFilter = z.infer<typeof taskFilterSchema>;
