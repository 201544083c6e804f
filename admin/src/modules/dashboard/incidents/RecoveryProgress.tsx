import { describeError } from "../../../api/problem.ts";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { Meter } from "../../../ui/status/ProgressBar.tsx";
import { StatusMark } from "../../../ui/status/StatusBadge.tsx";
import { formatQuantity } from "../../../ui/value/format.ts";
import { Moment } from "../../../ui/value/Moment.tsx";
import { visibleText } from "../../../ui/value/visible-text.ts";
import { RoleButton } from "../../session/public.ts";
import { useStopRecovery } from "./incident-api.ts";
import { type Recovery, recoverySentence, recoverySums, waveWords } from "./recovery-words.ts";

type RecoveryProgressProps = {
  incidentId: string;
  recovery: Recovery;
  isPast: boolean;
  /** Without the waves, for a list. */
  isShort?: boolean;
  onChanged: () => void;
};

/** How a recovery stands: its waves, why it stopped, and the button that stops it. */
export function RecoveryProgress(props: RecoveryProgressProps) {
  const { incidentId, recovery, isPast, isShort = false, onChanged } = props;
  const { succeeded, failed, running, left, refused } = recoverySums(recovery);
  const sentence = recoverySentence(recovery);
  const isRunning = recovery.state === "running";
  const waves = recovery.waves.map(({ size }, place) => ({ key: `wave-${place + 1}`, place, size }));
  return (
    <div className={`recovery is-${isRunning ? "run" : recovery.state === "completed" ? "ok" : "warn"}`}>
      <div className="recovery-head">
        <p role="status">{sentence}.</p>
        {isRunning && !isPast && <StopRecovery incidentId={incidentId} onChanged={onChanged} />}
      </div>
      {recovery.reason !== null && <p className="text-2">{visibleText(recovery.reason)}</p>}
      <Meter
        label={sentence}
        parts={[
          { label: "whole again", share: succeeded, color: "var(--ok-mark)" },
          { label: "failed again", share: failed, color: "var(--bad-mark)" },
          { label: "under way", share: running, color: "var(--run-mark)" },
          { label: "not begun or skipped", share: left + refused, color: "var(--track)" },
        ]}
      />
      {!isShort && (
        <>
          <ol className="waves">
            {waves.map(({ key, place, size }) => (
              <WaveLine key={key} recovery={recovery} place={place} size={size} />
            ))}
          </ol>
          <p className="text-3 small">
            Begun <Moment at={recovery.started_at} />
            {recovery.started_by !== null && ` by ${recovery.started_by}`}
            {recovery.ended_at !== null && (
              <>
                {", ended "}
                <Moment at={recovery.ended_at} />
              </>
            )}
            .
          </p>
        </>
      )}
    </div>
  );
}

function WaveLine({ recovery, place, size }: { recovery: Recovery; place: number; size: number }) {
  const { status, words } = waveWords(recovery, place);
  return (
    <li>
      <StatusMark status={status} small />
      <span>
        Wave {place + 1}, {formatQuantity(size, "unit")}
      </span>
      <span className="text-2">{words}</span>
    </li>
  );
}

function StopRecovery({ incidentId, onChanged }: { incidentId: string; onChanged: () => void }) {
  const stop = useStopRecovery(incidentId, onChanged);
  const halt = () =>
    stop.mutate(undefined, {
      onError: (error) => {
        const words = describeError(error);
        showToast({ tone: "bad", words: `${words.title}. ${words.text}` });
      },
    });
  return (
    <RoleButton
      least="operator"
      busy={stop.isPending}
      title="Begins no further unit; what runs already goes on"
      onClick={halt}
    >
      Stop
    </RoleButton>
  );
}
