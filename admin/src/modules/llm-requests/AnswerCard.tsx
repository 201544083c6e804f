import type { LlmRequestDetail } from "../../api/detail-rows.ts";
import { LazyJson } from "../../ui/content/LazyJson.tsx";
import { Card } from "../../ui/page/Card.tsx";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { StatusBadge } from "../../ui/status/StatusBadge.tsx";
import { answerNotesOf, answerOf } from "./answer.ts";
import { Message } from "./Conversation.tsx";
import { answerSchemaOf } from "./curl-command.ts";

/** The answer as it came, with the schema it had to fit beside it. */
export function AnswerCard({ request }: { request: LlmRequestDetail }) {
  const schema = answerSchemaOf(request.request);
  const schemaName = request.parameters.schema_name;
  const structured = request.kind === "object";
  return (
    <Card title={structured ? "Answer and schema" : "Answer"} note={noteOf(request)}>
      <div className={structured ? "answer-pair" : "answer-alone"}>
        <div>
          {structured && (
            <div className="row small answer-head">
              <span className="text-3">Answer</span>
              <span className="spacer" />
              <Fit request={request} />
            </div>
          )}
          <AnswerContent request={request} />
        </div>
        {structured && (
          <div>
            <div className="row small answer-head">
              <span className="text-3">Schema</span>
              {typeof schemaName === "string" && <span className="mono text-2">{schemaName}</span>}
            </div>
            <LazyJson
              value={schema}
              label="schema"
              openLevels={7}
              missing="The schema was not sent with this request."
            />
          </div>
        )}
      </div>
    </Card>
  );
}

function noteOf(request: LlmRequestDetail): string | undefined {
  const { repaired, finishReason } = answerNotesOf(request.response);
  const notes: string[] = [];
  // "stop" is the ordinary end of an answer.
  if (finishReason !== null && finishReason !== "stop")
    notes.push(`the model stopped: ${finishReason.replaceAll("_", " ")}`);
  if (repaired) notes.push("its JSON was repaired before use");
  return notes.length === 0 ? undefined : notes.join(", ");
}

function Fit({ request }: { request: LlmRequestDetail }) {
  if (request.status === "completed") return <StatusBadge status="completed" word="fits the schema" />;
  // Only this failure says something about the answer; others mean that no whole answer came.
  if (request.error_code === "answer_invalid") return <StatusBadge status="failed" word="does not fit" />;
  return null;
}

function AnswerContent({ request }: { request: LlmRequestDetail }) {
  const answer = answerOf(request.response);
  if (answer.kind === "none") {
    const waits = request.status === "pending";
    return <EmptyState icon="request" title={waits ? "The answer is on its way" : "No answer is kept"} />;
  }
  if (answer.kind === "text") {
    return <Message speaker="answer" text={answer.text} prose={request.kind === "text"} />;
  }
  return <LazyJson value={answer.value} label="answer" missing="none" openLevels={3} />;
}
