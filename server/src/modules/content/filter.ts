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
import { learnerLevels, unitStatuses } from "./models.ts";

/** Filters of the units list; all given fields must hold. `status` takes several, with commas between. */
export const unitFilterSchema = z.object({
  status: oneOrMoreField(unitStatuses).optional(),
  learner_level: z.enum(learnerLevels).optional(),
  author: nameField
    .optional()
    .openapi({ description: 'The provider that wrote it; "offline": no AI model.' }),
  user_id: z.uuid().optional(),
  ...engineFields,
  ...createdFields,
  ...durationFields,
  ...costFields,
  q: searchWordsField.optional(),
});
export type UnitFilter = z.infer<typeof unitFilterSchema>;
