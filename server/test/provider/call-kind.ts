import { z } from "zod";

/** What a call asks for; `models` and `unknown` are logged too. */
export const CallKind = z.enum(["text", "object", "speech", "image", "models", "unknown"]);
export type CallKind = z.infer<typeof CallKind>;
