/** The part of a kept response that a person wants to read first. */
export type Answer = { kind: "none" } | { kind: "text"; text: string } | { kind: "object"; value: unknown };

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** Finds the answer in a kept response: a parsed object, else text, else the offline author's output, else all of it. */
export function answerOf(response: unknown): Answer {
  if (response === null || response === undefined) return { kind: "none" };
  if (typeof response === "string") return { kind: "text", text: response };
  if (typeof response !== "object") return { kind: "object", value: response };
  const fields = fieldsOf(response);
  if (fields.object !== undefined && fields.object !== null) return { kind: "object", value: fields.object };
  if (typeof fields.text === "string" && fields.text !== "") return { kind: "text", text: fields.text };
  if (typeof fields.output === "string") return { kind: "text", text: fields.output };
  return { kind: "object", value: fields.output ?? response };
}

/** What the gateway noted about an answer beside its content. */
export type AnswerNotes = { repaired: boolean; finishReason: string | null };

/** Whether the JSON had to be repaired, and why the model stopped; null where the provider did not say. */
export function answerNotesOf(response: unknown): AnswerNotes {
  const fields = fieldsOf(response);
  return {
    repaired: fields.repaired === true,
    finishReason: typeof fields.finish_reason === "string" ? fields.finish_reason : null,
  };
}

/** The offline author's input out of a kept request; undefined for requests to a provider. */
export function offlineInputOf(request: unknown): unknown {
  return fieldsOf(request).input;
}
