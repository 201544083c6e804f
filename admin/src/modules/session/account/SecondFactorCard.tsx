import { useEffect, useRef, useState } from "react";
import type { SecondFactorSetUp } from "../../../api/account-rows.ts";
import { arrive } from "../../../api/session/session-store.ts";
import { useSession } from "../../../api/session/use-session.ts";
import { Icon } from "../../../ui/icon/Icon.tsx";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { Card } from "../../../ui/page/Card.tsx";
import "../../../ui/status/status-badge.css";
import { formatQuantity } from "../../../ui/value/format.ts";
import { beginSecondFactor, makeBackupCodes, removeSecondFactor } from "../session-api.ts";
import { BackupCodes } from "./BackupCodes.tsx";
import { ConfirmFactor } from "./ConfirmFactor.tsx";
import { PasswordProof } from "./PasswordProof.tsx";

type Step =
  | { kind: "rest" }
  | { kind: "prove"; purpose: "set_up" | "new_codes" | "remove" }
  | { kind: "scan"; made: SecondFactorSetUp }
  | { kind: "codes"; codes: readonly string[] };

/** The second factor: how to set it up, new backup codes, and how to go without. */
export function SecondFactorCard() {
  const session = useSession();
  const { is_on = false, is_required = false } = session.second_factor ?? {};
  const owes = is_required && !is_on;
  const [step, setStep] = useState<Step>(owes ? { kind: "prove", purpose: "set_up" } : { kind: "rest" });
  const rest = () => setStep({ kind: "rest" });
  const place = useStepFocus(step.kind);
  return (
    <Card title="Second factor" actions={<Standing on={is_on} />} padded>
      {session.has_password !== true ? (
        <p className="account-text">
          A second factor belongs to a password. Give this account an e-mail and a password first; whoever
          signs in by single sign-on has the second factor of their provider.
        </p>
      ) : (
        <div ref={place} tabIndex={-1} className="factor-place">
          {step.kind === "rest" && <Rest onAsk={(purpose) => setStep({ kind: "prove", purpose })} />}
          {step.kind === "prove" && (
            <Proof purpose={step.purpose} onStep={setStep} onBack={owes ? undefined : rest} />
          )}
          {step.kind === "scan" && (
            <ConfirmFactor
              made={step.made}
              onBack={() => setStep({ kind: "prove", purpose: "set_up" })}
              onConfirmed={() => setStep({ kind: "codes", codes: step.made.backup_codes })}
            />
          )}
          {step.kind === "codes" && (
            <BackupCodes
              codes={step.codes}
              onKept={() => {
                rest();
                // Only now: where the factor was owed, the page gives way to the dashboard.
                arrive().catch(() => undefined);
              }}
            />
          )}
        </div>
      )}
    </Card>
  );
}

/** Each step takes the place of the one with the keyboard: the next Tab goes on in it. The question for a password has a field. */
function useStepFocus(kind: Step["kind"]) {
  const place = useRef<HTMLDivElement>(null);
  const former = useRef(kind);
  useEffect(() => {
    if (former.current !== kind && kind !== "prove") place.current?.focus({ preventScroll: true });
    former.current = kind;
  }, [kind]);
  return place;
}

function Standing({ on }: { on: boolean }) {
  return (
    <span className={`status is-${on ? "ok" : "idle"}`}>
      <Icon name={on ? "check" : "hollow"} small />
      {on ? "on" : "off"}
    </span>
  );
}

type Purpose = "set_up" | "new_codes" | "remove";

function Rest({ onAsk }: { onAsk: (purpose: Purpose) => void }) {
  const { second_factor } = useSession();
  const { is_on = false, is_required = false, backup_codes_left = null } = second_factor ?? {};
  if (!is_on) {
    return (
      <div className="account-form">
        <p className="account-text">
          Besides the password, signing in then asks for a code of an app on your phone: whoever learns your
          password does not get in by it.
        </p>
        <div>
          <Button icon="shield" onClick={() => onAsk("set_up")}>
            Set up a second factor
          </Button>
        </div>
      </div>
    );
  }
  return (
    <div className="account-form">
      <p className="account-text">
        Signing in asks for a code of your authenticator app.
        {backup_codes_left !== null &&
          ` ${formatQuantity(backup_codes_left, "backup code")} left, for when the app is not at hand.`}
      </p>
      <div className="row wraps">
        <Button onClick={() => onAsk("new_codes")}>New backup codes</Button>
        <Button
          look="danger"
          disabledReason={is_required ? "Your role asks for a second factor on this server." : undefined}
          onClick={() => onAsk("remove")}
        >
          Remove the second factor
        </Button>
      </div>
    </div>
  );
}

const proofWords = {
  set_up: { text: "Type your password to begin.", button: "Begin" },
  new_codes: { text: "New backup codes end the former ones.", button: "Make new codes" },
  remove: {
    text: "From then on the password alone is enough to sign in. Your backup codes end.",
    button: "Remove the second factor",
  },
};

type ProofProps = { purpose: Purpose; onStep: (step: Step) => void; onBack: (() => void) | undefined };

function Proof({ purpose, onStep, onBack }: ProofProps) {
  const prove = async (password: string) => {
    if (purpose === "set_up") return onStep({ kind: "scan", made: await beginSecondFactor(password) });
    if (purpose === "new_codes") {
      const { backup_codes } = await makeBackupCodes(password);
      return onStep({ kind: "codes", codes: backup_codes });
    }
    await removeSecondFactor(password);
    await arrive();
    showToast({ tone: "ok", words: "The second factor is removed." });
    onStep({ kind: "rest" });
  };
  const { text, button } = proofWords[purpose];
  return (
    <PasswordProof
      key={purpose}
      text={text}
      button={button}
      dangerous={purpose === "remove"}
      prove={prove}
      onBack={onBack}
    />
  );
}
