import { useMutation } from "@tanstack/react-query";
import type { ApiToken } from "../../../api/account-rows.ts";
import { ConfirmDialog } from "../../../ui/overlay/Dialog.tsx";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { RelativeTime } from "../../../ui/value/Moment.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { Refusal } from "../Refusal.tsx";
import { revokeToken, useTokensRefresh } from "./tokens-api.ts";

/** The token that is about to end. What was asked stays while the dialog closes. */
export type Revoking = { token: ApiToken; open: boolean };

type RevokeQuestionProps = { revoking: Revoking | null; onAsk: (revoking: Revoking | null) => void };

/** Asks before a token ends, and ends it. */
export function RevokeQuestion({ revoking, onAsk }: RevokeQuestionProps) {
  const refresh = useTokensRefresh();
  const token = revoking?.token;
  const name = shortName(token?.name ?? "", 80);
  const close = () => onAsk(revoking === null ? null : { ...revoking, open: false });
  const ending = useMutation({
    mutationFn: revokeToken,
    onSuccess: () => {
      close();
      showToast({ tone: "ok", words: `“${name}” no longer works.` });
    },
    onSettled: refresh,
  });
  return (
    <ConfirmDialog
      open={revoking?.open ?? false}
      title="Revoke this token?"
      confirmWord="Revoke the token"
      dangerous
      busy={ending.isPending}
      failure={ending.error !== null && <Refusal error={ending.error} />}
      onConfirm={() => token !== undefined && ending.mutate(token.id)}
      onClose={() => {
        ending.reset();
        close();
      }}
    >
      <div className="stack">
        <p>
          Whatever uses “<bdi>{name}</bdi>” is refused from now on. This cannot be taken back.
          {token?.last_used_at != null && (
            <>
              {" "}
              It was used <RelativeTime at={token.last_used_at} />.
            </>
          )}
        </p>
        {token?.is_of_machine === true && (
          <p>It is the command line's own on the server's machine: the server writes a new one for it.</p>
        )}
      </div>
    </ConfirmDialog>
  );
}
