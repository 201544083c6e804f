import { useState } from "react";
import type { LlmRequestDetail } from "../../api/detail-rows.ts";
import { LazyJson } from "../../ui/content/LazyJson.tsx";
import { Markdown } from "../../ui/content/Markdown.tsx";
import { Button } from "../../ui/page/Button.tsx";
import { CopyButton } from "../../ui/value/CopyId.tsx";
import { formatQuantity } from "../../ui/value/format.ts";
import "./conversation.css";
import { offlineInputOf } from "./answer.ts";

/** What the model read, message by message, as prose; each message can be shown as it was sent. */
export function Conversation({ request }: { request: LlmRequestDetail }) {
  const messages = request.messages.map((message, position) => ({ ...message, key: `message-${position}` }));
  if (messages.length > 0) {
    return messages.map((message) => (
      <Message key={message.key} speaker={message.role} text={message.content} />
    ));
  }
  const input = offlineInputOf(request.request);
  if (typeof input === "string") return <Message speaker="input" text={input} />;
  return (
    <section className="message" aria-label="Input">
      <span className="message-role">Input</span>
      <LazyJson value={input ?? request.request} label="input" missing="not kept any more" />
    </section>
  );
}

const longCharacters = 1800;

function wordsOf(text: string): number {
  return text.split(/\s+/).filter((word) => word !== "").length;
}

/** One message; a long one is cut until it is asked for in full. */
export function Message({ speaker, text, prose = true }: { speaker: string; text: string; prose?: boolean }) {
  const [raw, setRaw] = useState(!prose);
  const [whole, setWhole] = useState(text.length <= longCharacters);
  return (
    <section className="message" aria-label={speaker}>
      <div className="row">
        <span className="message-role">{speaker}</span>
        <span className="text-3 small">{formatQuantity(wordsOf(text), "word")}</span>
        <span className="spacer" />
        <Button look="quiet" aria-pressed={raw} onClick={() => setRaw(!raw)}>
          Raw
        </Button>
        <CopyButton text={text} label={`Copy the ${speaker} message`} />
      </div>
      <div className={whole ? "message-text" : "message-text message-cut"}>
        {raw ? <pre className="message-raw">{text}</pre> : <Markdown text={text} />}
      </div>
      {!whole && (
        <div>
          <Button onClick={() => setWhole(true)}>Show all {formatQuantity(wordsOf(text), "word")}</Button>
        </div>
      )}
    </section>
  );
}
