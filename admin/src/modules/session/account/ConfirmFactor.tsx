import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { SecondFactorSetUp } from "../../../api/account-rows.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { CopyButton } from "../../../ui/value/CopyId.tsx";
import { CodeField, refusalOfCode } from "../fields/CodeField.tsx";
import { FormRefusal } from "../fields/FormRefusal.tsx";
import { useWait, waitWords } from "../fields/use-wait.ts";
import { confirmSecondFactor } from "../session-api.ts";
import { QrCode } from "./QrCode.tsx";

type ConfirmFactorProps = { made: SecondFactorSetUp; onBack: () => void; onConfirmed: () => void };

/** Shows what goes into the authenticator app, and asks for a first code to see that it works. */
export function ConfirmFactor({ made, onBack, onConfirmed }: ConfirmFactorProps) {
  const [code, setCode] = useState("");
  const [tried, setTried] = useState(false);
  const confirming = useMutation({
    mutationFn: () => confirmSecondFactor(code.replaceAll(" ", "")),
    onSuccess: onConfirmed,
    onError: () => {
      setCode("");
      setTried(false);
    },
  });
  const waitS = useWait(confirming.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (refusalOfCode(code) === undefined && waitS === 0 && !confirming.isPending) confirming.mutate();
  };
  return (
    <form noValidate className="account-form" onSubmit={submit}>
      <ol className="factor-steps">
        <li>
          <p>Scan this with an authenticator app on your phone.</p>
          <QrCode text={made.uri} label="QR code for an authenticator app" />
          <p className="text-2">Or type the secret into the app:</p>
          <p className="command">
            <code>{inGroups(made.secret)}</code>
            <CopyButton text={made.secret} label="Copy the secret" />
          </p>
        </li>
        <li>
          <p>Type the six digits that the app shows now.</p>
          <FormRefusal error={confirming.error} waitS={waitS} />
          <CodeField value={code} onChange={setCode} error={tried ? refusalOfCode(code) : undefined} />
          <div className="row wraps">
            <Button
              type="submit"
              look="primary"
              busy={confirming.isPending}
              disabledReason={waitS > 0 ? `Wait ${waitWords(waitS)} before the next attempt.` : undefined}
            >
              Switch it on
            </Button>
            <Button onClick={onBack}>Start over</Button>
          </div>
        </li>
      </ol>
    </form>
  );
}

/** `ABCD EFGH …`: easier to type. */
function inGroups(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, "$1 ");
}
