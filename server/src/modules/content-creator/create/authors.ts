import type { LlmGateway } from "../../llm/public.ts";
import type { Authors } from "../models.ts";

/** Who would do the work now: a model where one is configured, else the built-in engines. */
export function authorsOf(gateway: Pick<LlmGateway, "hasProvider">): Authors {
  const hasText = gateway.hasProvider("text") && gateway.hasProvider("object");
  return {
    text: hasText ? "model" : "offline",
    speech: gateway.hasProvider("speech") ? "model" : "offline",
    image: gateway.hasProvider("image") ? "model" : "offline",
  };
}

/** How a person gets a source. */
export const sourceGuidance =
  "Paste a source text, or set COURSEWRIGHT_LLM_BASE_URL and COURSEWRIGHT_TEXT_MODEL to let a language model write one.";

/** What people should know of these authors. */
export function guidanceFor({ text, speech, image }: Authors): string {
  const offline = [
    ...(text === "offline"
      ? ["Texts and exercises are quoted from your source; no AI model writes them."]
      : []),
    ...(speech === "offline" ? ["Audio is spoken by a built-in voice."] : []),
    ...(image === "offline" ? ["Covers are drawn by a built-in generator."] : []),
  ];
  if (text === "offline") offline.push(`A topic alone is not enough. ${sourceGuidance}`);
  return offline.length === 0 ? "Models write texts, audio and covers." : offline.join(" ");
}
