import { useMemo } from "react";
import { showToast } from "../../ui/overlay/toasts.ts";
import { Button } from "../../ui/page/Button.tsx";
import { copyText } from "../../ui/value/CopyId.tsx";
import { curlCommandOf } from "./curl-command.ts";

/** Copies the request as a shell command without its key; absent where no HTTP request was made. */
export function CopyCurl({ request }: { request: unknown }) {
  const command = useMemo(() => curlCommandOf(request), [request]);
  if (command === null) return null;
  const copy = async () => {
    const copied = await copyText(command);
    showToast(
      copied
        ? { tone: "ok", words: "Copied as curl. Set API_KEY before you run it; the key is never stored." }
        : { tone: "bad", words: "The browser refused to copy. Open Raw and copy the sent request instead." },
    );
  };
  return (
    <Button icon="copy" onClick={() => void copy()}>
      Copy as curl
    </Button>
  );
}
