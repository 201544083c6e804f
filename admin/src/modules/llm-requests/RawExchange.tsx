import type { LlmRequestDetail } from "../../api/detail-rows.ts";
import { loadPayloadText } from "../../api/payload-text.ts";
import { PayloadView } from "../../ui/content/PayloadView.tsx";

/** Everything that is kept of what was sent and received; keys are never stored, media are named by size and hash. */
export function RawExchange({ request }: { request: LlmRequestDetail }) {
  return (
    <>
      <section className="message" aria-label="Sent">
        <span className="message-role">Sent</span>
        <RequestPayload
          request={request}
          part="request"
          label="the sent request"
          missing="not kept any more"
        />
      </section>
      <section className="message" aria-label="Received">
        <span className="message-role">Received</span>
        <RequestPayload
          request={request}
          part="response"
          label="the received answer"
          missing={request.status === "pending" ? "not yet" : "nothing came, or it is not kept any more"}
        />
      </section>
    </>
  );
}

type RequestPayloadProps = {
  request: LlmRequestDetail;
  part: "request" | "response";
  label: string;
  missing: string;
};

/** What was sent or received; a value too big to come along is read when it is asked for. */
export function RequestPayload({ request, part, label, missing }: RequestPayloadProps) {
  const path = `/llm/requests/${request.id}/payloads/${part}`;
  return (
    <PayloadView
      value={request[part]}
      characters={request[`${part}_characters`]}
      load={(onProgress) => loadPayloadText(path, onProgress)}
      label={label}
      missing={missing}
    />
  );
}
