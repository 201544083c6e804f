import type { LlmRequestDetail } from "../../../api/detail-rows.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { Notice } from "../../../ui/page/ErrorBlock.tsx";
import { ShortId } from "../../../ui/value/CopyId.tsx";

/** Marks a request as the replay of another, with the ways back to it; nothing for any other request. */
export function ReplayMark({ request }: { request: LlmRequestDetail }) {
  const original = request.replay_of_request_id;
  if (original === null) return null;
  const ways = (
    <>
      <AppLink className="button" href={paths.llmRequest(original, { compare: request.id })}>
        Compare with the original
      </AppLink>
      <AppLink className="button" href={paths.llmRequest(original)}>
        Open the original
      </AppLink>
    </>
  );
  return (
    <Notice
      tone="run"
      icon="reload"
      title={
        <>
          Replay of request <ShortId id={original} />
        </>
      }
      actions={ways}
    >
      <p>It was sent to compare answers. Nothing in a unit was made from it.</p>
    </Notice>
  );
}
