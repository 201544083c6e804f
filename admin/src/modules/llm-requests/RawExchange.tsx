import type { LlmRequestDetail } from "../../api/detail-rows.ts";
import { LazyJson } from "../../ui/content/LazyJson.tsx";

/** Everything that is kept of what was sent and received; keys are never stored, media are named by size and hash. */
export function RawExchange({ request }: { request: LlmRequestDetail }) {
  return (
    <>
      <section className="message" aria-label="Sent">
        <span className="message-role">Sent</span>
        <LazyJson value={request.request} label="the sent request" missing="not kept any more" />
      </section>
      <section className="message" aria-label="Received">
        <span className="message-role">Received</span>
        <LazyJson
          value={request.response}
          label="the received answer"
          missing={request.status === "pending" ? "not yet" : "nothing came, or it is not kept any more"}
        />
      </section>
    </>
  );
}
