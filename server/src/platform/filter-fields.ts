import { z } from "@hono/zod-openapi";

/** Whether PostgreSQL can hold the text: it takes neither U+0000 nor half a surrogate pair. */
function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\u0000");
}

const notStorable = { message: "holds characters that no stored text has" };

/** Words that a list looks for. */
export const searchWordsField = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine(isStorableText, notStorable)
  .openapi({
    description:
      "An id or its beginning, or a part of a unit's title, a name, an error's text or a task's title or topic. Source texts " +
      "and prompts are not searched.",
  });

/** A name that rows carry as it is, such as a flow's or a model's. */
export const nameField = z.string().min(1).max(200).refine(isStorableText, notStorable);

/** One of the words, or several with commas between. */
export function oneOrMoreField<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(words)).min(1))
    .openapi({ description: "One, or several with commas between." });
}

// PostgreSQL takes offsets below 16 h, of which 14 are in use; ids and our times begin in 1970.
const furthestOffset = /[+-](0\d|1[0-3]):\d\d$|[+-]14:00$|Z$/;

/** A moment that a filter names. */
export const momentField = z.iso
  .datetime({ offset: true })
  .refine((text) => furthestOffset.test(text) && Date.parse(text) >= 0, {
    message: "is not a moment from 1970 on with a real offset, such as 2026-11-22T09:30:00Z",
  });

/** When the rows were made: from the first moment on, before the second. */
export const createdFields = {
  created_from: momentField.optional(),
  created_to: momentField.optional(),
};

const milliseconds = z
  .string()
  .regex(/^\d{1,12}$/, { message: "is not a whole number of milliseconds" })
  .transform(Number)
  .openapi({ type: "integer", description: "Of rows that ended: from their start to their end." });

/** How long the rows took. Rows that have not ended match neither. */
export const durationFields = {
  min_duration_ms: milliseconds.optional(),
  max_duration_ms: milliseconds.optional(),
};

const dollars = z
  .string()
  .regex(/^\d{1,6}(\.\d{1,8})?$/, { message: "is not an amount of dollars, such as 0.25" })
  .openapi({ type: "number", description: "An unknown cost matches neither." });

/** What the rows cost, kept as text so that no digit is lost. Rows whose cost is unknown match neither. */
export const costFields = { min_cost_usd: dollars.optional(), max_cost_usd: dollars.optional() };

/** A moment's bounds as `createdFields` gives them. */
export interface CreatedRange {
  readonly created_from?: string | undefined;
  readonly created_to?: string | undefined;
}
