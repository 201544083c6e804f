import { useState } from "react";
import type { LlmRequestDetail } from "../../api/detail-rows.ts";
import { LazyJson } from "../../ui/content/LazyJson.tsx";
import { Markdown } from "../../ui/content/Markdown.tsx";
import { Button } from "../../ui/page/Button.tsx";
import { CopyButton } from "../../ui/value/CopyId.tsx";
import { formatQuantity } from "../../ui/value/format.ts";
import { LongText } from "../../ui/value/LongText.tsx";
import { visibleText } from "../../ui/value/visible-text.ts";
import "./conversation.css";
import { offlineInputOf } from "./answer.ts";
import { RequestPayload } from "./RawExchange.tsx";
import { draftOf } from "./replay/replay-form.ts";

/** What the model read, message by message, as prose; each message can be shown as it was sent. */
export function Conversation({ request }: { request: LlmRequestDetail }) {
  const messages = request.messages.map((message, position) => ({ ...message, key: `message-${position}` }));
  if (messages.length > 0) {
    return messages.map((message) => (
      <Message key={message.key} speaker={message.role} text={message.content} />
    ));
  }
  const asked = draftOf(request);
  if (request.kind === "speech" && asked.text !== "")
    return <Message speaker="text to speak" text={asked.text} />;
  if (request.kind === "image" && asked.prompt !== "")
    return <Message speaker="prompt" text={asked.prompt} />;
  const input = offlineInputOf(request.request);
  if (typeof input === "string") return <Message speaker="input" text={input} />;
  return (
    <section className="message" aria-label="Input">
      <span className="message-role">Input</span>
      {input === undefined ? (
        <RequestPayload request={request} part="request" label="the input" missing="not kept any more" />
      ) : (
        <LazyJson value={input} label="input" missing="none" />
      )}
    </section>
  );
}

const longCharacters = 1800;
/** More than fits the height that a cut message has. */
const cutCharacters = 6000;
/** Beyond this, laying text out as prose would hold the page up; it is shown as it was sent. */
const mostProseCharacters = 200_000;

function wordsOf(text: string): number {
  return text.split(/\s+/).filter((word) => word !== "").length;
}

type MessageProps = {
  speaker: string;
  /** Read out instead of the speaker where several speak alike. */
  label?: string;
  text: string;
  prose?: boolean;
};

/** One message; a long one is cut until it is asked for in full. */
export function Message({ speaker, label = speaker, text, prose = true }: MessageProps) {
  const [raw, setRaw] = useState(!prose);
  const [whole, setWhole] = useState(text.length <= longCharacters);
  const shown = whole ? text : text.slice(0, cutCharacters);
  const tooLong = shown.length > mostProseCharacters;
  return (
    <section className="message" aria-label={label}>
      <div className="row">
        <span className="message-role">{speaker}</span>
        <span className="text-3 small">{formatQuantity(wordsOf(text), "word")}</span>
        <span className="spacer" />
        <Button
          look="quiet"
          aria-pressed={raw || tooLong}
          disabledReason={tooLong ? "This message is too long to lay out as prose." : undefined}
          onClick={() => setRaw(!raw)}
        >
          Raw
        </Button>
        <CopyButton text={text} label={`Copy the ${speaker} message`} />
      </div>
      <div className={whole ? "message-text" : "message-text message-cut"}>
        {raw || tooLong ? (
          <pre className="message-raw">
            <LongText text={shown} limit={mostProseCharacters} />
          </pre>
        ) : (
          <Markdown text={visibleText(shown)} />
        )}
      </div>
      {!whole && (
        <div>
          <Button onClick={() => setWhole(true)}>Show all {formatQuantity(wordsOf(text), "word")}</Button>
        </div>
      )}
    </section>
  );
}
