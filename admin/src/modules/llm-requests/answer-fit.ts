import type { LlmRequestDetail } from "../../api/detail-rows.ts";
import { type Violation, violationsOf } from "./answer-schema.ts";
import { answerSchemaOf } from "./curl-command.ts";

/** Whether a structured answer fits its schema, and where it does not. */
export type Fit = { fits: boolean; violations: Violation[] };

type Answered = Pick<LlmRequestDetail, "kind" | "status" | "error_code" | "request" | "response">;

/** The value that an answer stands for; undefined where none came or its text is no JSON. */
function answerValueOf(response: unknown): { value: unknown } | "no answer" | "not JSON" {
  const fields: Record<string, unknown> =
    typeof response === "object" && response !== null ? { ...response } : {};
  if (fields.object !== undefined && fields.object !== null) return { value: fields.object };
  if (typeof fields.text !== "string") return "no answer";
  try {
    return { value: JSON.parse(fields.text) };
  } catch {
    // The model wrote something else; that is what is told.
    return "not JSON";
  }
}

/**
 * Judges a structured answer against the schema that was sent. Null where there is nothing to judge: another kind, no
 * answer, or a failure that says nothing about it. Where no schema was kept, the server's own judgement is told.
 */
export function fitOf(request: Answered): Fit | null {
  if (request.kind !== "object") return null;
  const answered = answerValueOf(request.response);
  if (answered === "no answer") return null;
  if (answered === "not JSON") return { fits: false, violations: [{ path: "", message: "is not JSON" }] };
  const schema = answerSchemaOf(request.request);
  if (schema === null) {
    if (request.status === "completed") return { fits: true, violations: [] };
    return request.error_code === "answer_invalid" ? { fits: false, violations: [] } : null;
  }
  const violations = violationsOf(schema, answered.value);
  return { fits: violations.length === 0, violations };
}
