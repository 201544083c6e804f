import { useState } from "react";
import { describeError } from "../../../api/problem.ts";
import { ConfirmDialog } from "../../../ui/overlay/Dialog.tsx";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { SkeletonBlock } from "../../../ui/page/Skeleton.tsx";
import { RoleButton } from "../../session/public.ts";
import { useIncident, useRecoverIncident } from "./incident-api.ts";
import { priceSentence, recoverWord, wavesSentence } from "./recovery-words.ts";

type RecoverIncidentProps = {
  incidentId: string;
  word: string;
  large?: boolean;
  onChanged: () => void;
};

/** Resumes an incident's units wave by wave, once somebody has read what that does and costs. */
export function RecoverIncident({ incidentId, word, large = false, onChanged }: RecoverIncidentProps) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <RoleButton
        least="operator"
        large={large}
        look={large ? "primary" : "plain"}
        aria-haspopup="dialog"
        onClick={() => setAsking(true)}
      >
        {word}
      </RoleButton>
      {asking && (
        <RecoverDialog incidentId={incidentId} onChanged={onChanged} onClose={() => setAsking(false)} />
      )}
    </>
  );
}

type RecoverDialogProps = { incidentId: string; onChanged: () => void; onClose: () => void };

function RecoverDialog({ incidentId, onChanged, onClose }: RecoverDialogProps) {
  const incident = useIncident(incidentId);
  const recover = useRecoverIncident(incidentId, onChanged);
  const offer = incident.data?.recover;
  const isReady = offer?.is_allowed === true;
  const units = offer?.waves.reduce((sum, size) => sum + size, 0) ?? 0;
  const start = () => {
    if (!isReady) return;
    recover.mutate(undefined, {
      onSuccess: () => {
        showToast({ tone: "ok", words: "The recovery has begun with one unit." });
        onClose();
      },
    });
  };
  const refusal = recover.error ?? incident.error;
  const words = refusal === null ? null : describeError(refusal);
  return (
    <ConfirmDialog
      open
      title="Recover the units of this incident?"
      confirmWord={isReady ? recoverWord(units, offer.estimate.cost_usd) : "Recover"}
      busy={recover.isPending || (offer === undefined && incident.error === null)}
      failure={words === null ? undefined : `${words.title}. ${words.text}`}
      onConfirm={start}
      onClose={onClose}
    >
      {offer === undefined && incident.error === null && (
        <SkeletonBlock lines={3} label="Working out what would run" />
      )}
      {offer !== undefined && !isReady && <p>{offer.reason ?? "A recovery is not possible now."}</p>}
      {isReady && (
        <div className="recover-offer">
          <p>{wavesSentence(offer.waves)}</p>
          <p>{priceSentence(offer.estimate)}</p>
          <p className="text-3">
            Each unit goes on where it stopped; finished steps are kept and not paid again. A wave begins when
            every unit of the one before is whole. You can stop it at any time; what already runs then ends as
            usual.
          </p>
        </div>
      )}
    </ConfirmDialog>
  );
}
