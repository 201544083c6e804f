import type { TestProvider } from "./provider.ts";

/** Settings under which the product has every kind of call done by the provider. */
export function modelSettings(provider: Pick<TestProvider, "url">): Record<string, string> {
  return {
    COURSEWRIGHT_LLM_BASE_URL: provider.url,
    COURSEWRIGHT_LLM_API_KEY: "test-key",
    COURSEWRIGHT_TEXT_MODEL: "test-text",
    COURSEWRIGHT_SPEECH_MODEL: "test-speech",
    COURSEWRIGHT_IMAGE_MODEL: "test-image",
  };
}
