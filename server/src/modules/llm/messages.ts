import { z } from "zod";
import type { LlmMessage } from "./models.ts";

const part = z.object({ text: z.string() }).transform(({ text }) => text);
const content = z.union([z.string(), z.array(part).transform((texts) => texts.join("\n"))]);
const message = z.object({ role: z.string(), content });

const sentRequest = z.object({
  body: z.union([
    // Chat completions.
    z.object({ messages: z.array(message) }).transform(({ messages }) => messages),
    // Responses.
    z
      .object({ instructions: z.string().nullish(), input: z.union([z.string(), z.array(message)]) })
      .transform(({ instructions, input }) => [
        ...(instructions == null ? [] : [{ role: "system", content: instructions }]),
        ...(typeof input === "string" ? [{ role: "user", content: input }] : input),
      ]),
  ]),
});

/** The conversation in a stored request, whichever API it was sent to; empty when it holds none. */
export function messagesOf(request: unknown): LlmMessage[] {
  const parsed = sentRequest.safeParse(request);
  return parsed.success ? parsed.data.body : [];
}
