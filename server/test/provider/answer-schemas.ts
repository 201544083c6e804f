import { z } from "zod";

/** The shape in which the tests of the provider ask for the plan of a unit. */
export const unitMetadataSchema = z.object({
  title: z.string().min(1),
  description: z.string(),
  learning_objectives: z
    .array(
      z.object({
        id: z.string().regex(/^lo_\d+$/),
        text: z.string(),
        bloom_level: z.enum(["Recall", "Comprehension", "Application"]),
        evidence_of_mastery: z.string(),
      }),
    )
    .min(2),
  lessons: z.array(
    z.object({
      title: z.string(),
      objective: z.string(),
      learning_objective_ids: z.array(z.string()).min(1),
    }),
  ),
});
