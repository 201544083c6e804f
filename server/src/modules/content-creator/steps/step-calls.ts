import { createHash } from "node:crypto";
import type { StepContext, StepRecipe } from "../../flow-engine/public.ts";
import type { LlmRequestKind, OfflineAnswer } from "../../llm/public.ts";
import type { AuthorWork, WorkName } from "../author-thread/messages.ts";
import type { CreatorServices } from "../definitions.ts";
import { AUTHOR } from "../offline-author/author.ts";
import type { PromptTemplate } from "../prompt.ts";

/** The parts of a call that come from the step it serves. */
export function callOf(context: StepContext<CreatorServices>) {
  return {
    correlation: context.correlation,
    signal: context.signal,
    reportWaiting: (ms: number) => context.reportWaiting(ms),
  };
}

/** What decides the step's result besides its input, for explicit rebuilds. */
export function recipeOf(template: PromptTemplate, kind: LlmRequestKind) {
  return (services: CreatorServices): StepRecipe => {
    const model = services.gateway.modelFor(kind);
    return model === null ? { prompt_hash: template.hash } : { prompt_hash: template.hash, model };
  };
}

/** Lets the extractive author do the step; its request row says that no model wrote this. */
export function askOfflineAuthor<Name extends WorkName>(
  context: StepContext<CreatorServices>,
  name: Name,
  input: AuthorWork[Name]["input"],
  kind: "text" | "object",
): Promise<OfflineAnswer<AuthorWork[Name]["output"]>> {
  return context.services.gateway.offline({
    ...callOf(context),
    ...offlinePrompt(name),
    kind,
    model: AUTHOR.model,
    input,
    work: (signal) => context.services.offlineAuthor.run(name, input, signal),
    describe: (output) => output,
  });
}

/** Offline work has no prompt; its rows carry the name of what did the work. */
export function offlinePrompt(name: string) {
  const prompt_name = `offline:${name}`;
  return { prompt_name, prompt_hash: createHash("sha256").update(prompt_name).digest("hex") };
}
