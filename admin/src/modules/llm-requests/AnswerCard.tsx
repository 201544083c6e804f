import { useMemo, useState } from "react";
import type { LlmRequestDetail } from "../../api/detail-rows.ts";
import { AudioPlayer } from "../../ui/content/AudioPlayer.tsx";
import { LazyJson } from "../../ui/content/LazyJson.tsx";
import { Button } from "../../ui/page/Button.tsx";
import { Card } from "../../ui/page/Card.tsx";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { StatusBadge } from "../../ui/status/StatusBadge.tsx";
import { formatQuantity } from "../../ui/value/format.ts";
import { answerNotesOf, answerOf } from "./answer.ts";
import { fitOf } from "./answer-fit.ts";
import type { Violation } from "./answer-schema.ts";
import { Message } from "./Conversation.tsx";
import { answerSchemaOf } from "./curl-command.ts";
import { RequestPayload } from "./RawExchange.tsx";

/** The answer as it came, with the schema it had to fit beside it. */
export function AnswerCard({ request }: { request: LlmRequestDetail }) {
  const schema = answerSchemaOf(request.request);
  const schemaName = request.parameters.schema_name;
  const structured = request.kind === "object";
  if (!structured) {
    return (
      <Card title="Answer" note={noteOf(request)}>
        <div className="answer-alone">
          <AnswerContent request={request} />
        </div>
      </Card>
    );
  }
  return (
    <Card title="Answer and schema" note={noteOf(request)}>
      <div className="answer-pair">
        <div>
          <AnswerPane title="Answer" request={request} />
        </div>
        <div>
          <div className="row small answer-head">
            <span className="text-3">Schema</span>
            {typeof schemaName === "string" && <span className="mono text-2">{schemaName}</span>}
          </div>
          <LazyJson value={schema} label="schema" openLevels={7} missing={missingSchemaOf(request)} />
        </div>
      </div>
    </Card>
  );
}

function missingSchemaOf({ request, request_characters }: LlmRequestDetail): string {
  if (request !== null) return "The schema was not sent with this request.";
  return request_characters === null
    ? "What was sent is not kept any more."
    : "It stands in the sent request, which is too big to come along: open it under Raw.";
}

/** An answer under its name, with whether it fits its schema and every place where it does not. */
export function AnswerPane({ title, request }: { title: string; request: LlmRequestDetail }) {
  const fit = useMemo(() => fitOf(request), [request]);
  return (
    <>
      <div className="row small answer-head">
        <span className="text-3">{title}</span>
        <span className="spacer" />
        {fit !== null && (
          <StatusBadge
            status={fit.fits ? "completed" : "failed"}
            word={fit.fits ? "fits the schema" : "does not fit"}
          />
        )}
      </div>
      {fit !== null && fit.violations.length > 0 && <Violations violations={fit.violations} />}
      <AnswerContent request={request} label={`${title}, its text`} />
    </>
  );
}

const violationsShown = 8;

function Violations({ violations }: { violations: Violation[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? violations : violations.slice(0, violationsShown);
  const keyed = shown.map((violation, position) => ({ ...violation, key: `violation-${position}` }));
  return (
    <ul className="violations small" aria-label="Where it does not fit">
      {keyed.map(({ key, path, message }) => (
        <li key={key}>
          {path === "" ? "The answer" : <code>{path}</code>} {message}
        </li>
      ))}
      {shown.length < violations.length && (
        <li>
          <Button look="quiet" onClick={() => setAll(true)}>
            Show all {formatQuantity(violations.length, "place")}
          </Button>
        </li>
      )}
    </ul>
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

function AnswerMedia({ media }: { media: NonNullable<LlmRequestDetail["media"]> }) {
  const address = `/api/v1/media/${media.media_id}`;
  if (media.kind === "audio") return <AudioPlayer src={address} title="Recording" seconds={media.seconds} />;
  return (
    <img
      className="answer-image"
      src={address}
      width={media.width ?? undefined}
      height={media.height ?? undefined}
      alt="What the model drew"
    />
  );
}

function AnswerContent({ request, label }: { request: LlmRequestDetail; label?: string }) {
  if (request.media !== null) {
    return (
      <div className="answer-media">
        <AnswerMedia media={request.media} />
        <RequestPayload
          request={request}
          part="response"
          label="the answer"
          missing="Its text is not kept."
        />
      </div>
    );
  }
  const answer = answerOf(request.response);
  if (answer.kind === "none" && request.response_characters !== null) {
    return (
      <div className="answer-media">
        <RequestPayload request={request} part="response" label="the answer" missing="No answer is kept" />
      </div>
    );
  }
  if (answer.kind === "none") {
    const waits = request.status === "pending";
    return <EmptyState icon="request" title={waits ? "The answer is on its way" : "No answer is kept"} />;
  }
  if (answer.kind === "text") {
    return <Message speaker="answer" label={label} text={answer.text} prose={request.kind === "text"} />;
  }
  return <LazyJson value={answer.value} label="answer" missing="none" openLevels={3} />;
}
