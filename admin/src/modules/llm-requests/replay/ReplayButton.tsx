import { useRouter } from "@tanstack/react-router";
import { useState } from "react";
import type { LlmRequestDetail } from "../../../api/detail-rows.ts";
import { paths } from "../../../paths.ts";
import { useSearchParams } from "../../../ui/link/search-params.ts";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { RoleButton } from "../../session/public.ts";
import { ReplayEditor } from "./ReplayEditor.tsx";

/** Sends a request again, as it was or edited, and opens the comparison; says why where that is not possible. */
export function ReplayButton({ request }: { request: LlmRequestDetail }) {
  const router = useRouter();
  const [search] = useSearchParams();
  const [opened, setOpened] = useState({ times: 0, open: false });
  const close = () => setOpened((before) => ({ ...before, open: false }));
  const compare = (taskId: string) => {
    close();
    showToast({ tone: "ok", words: "The request is sent again. Its answer appears beside this one." });
    void router.navigate({ href: paths.llmRequest(request.id, { ...search, compare: taskId }) });
  };
  return (
    <>
      <RoleButton
        least="operator"
        icon="reload"
        disabledReason={refusalOf(request)}
        onClick={() => setOpened((before) => ({ times: before.times + 1, open: true }))}
      >
        Replay…
      </RoleButton>
      {opened.times > 0 && (
        <ReplayEditor
          key={opened.times}
          request={request}
          open={opened.open}
          onClose={close}
          onSent={compare}
        />
      )}
    </>
  );
}

function refusalOf({ replay }: LlmRequestDetail): string | undefined {
  if (replay.allowed) return undefined;
  return replay.reason ?? "This request cannot be sent again.";
}
