import { useMutation } from "@tanstack/react-query";
import type { LlmRequestDetail } from "../../api/detail-rows.ts";
import { loadPayloadText } from "../../api/payload-text.ts";
import { describeError } from "../../api/problem.ts";
import { showToast } from "../../ui/overlay/toasts.ts";
import { Button } from "../../ui/page/Button.tsx";
import { copyText } from "../../ui/value/CopyId.tsx";
import { curlCommandOf } from "./curl-command.ts";

type CopyCurlProps = { request: Pick<LlmRequestDetail, "id" | "request" | "request_characters"> };

/** Copies the request as a shell command without its key; absent where no HTTP request was made or it is not kept. */
export function CopyCurl({ request }: CopyCurlProps) {
  const copy = useMutation({
    mutationFn: async () => copyText(curlCommandOf(await wholeRequest(request)) ?? ""),
    onSuccess: (copied) =>
      showToast(
        copied
          ? { tone: "ok", words: "Copied as curl. Set API_KEY before you run it; the key is never stored." }
          : {
              tone: "bad",
              words: "The browser refused to copy. Open Raw and copy the sent request instead.",
            },
      ),
    onError: (error) => {
      const words = describeError(error);
      showToast({ tone: "bad", words: `${words.title}. ${words.text}` });
    },
  });
  const isTooBig = request.request === null && request.request_characters !== null;
  if (!isTooBig && curlCommandOf(request.request) === null) return null;
  return (
    <Button icon="copy" busy={copy.isPending} onClick={() => copy.mutate()}>
      Copy as curl
    </Button>
  );
}

/** What was sent; read from the server when it was too big to come along. */
async function wholeRequest({ id, request }: CopyCurlProps["request"]): Promise<unknown> {
  if (request !== null) return request;
  return JSON.parse(await loadPayloadText(`/llm/requests/${id}/payloads/request`, () => undefined));
}
