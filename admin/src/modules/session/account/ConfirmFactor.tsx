import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { SecondFactorSetUp } from "../../../api/account-rows.ts";
import { Form } from "../../../ui/form/Form.tsx";
import { Button } from "../../../ui/page/Button.tsx";
import { CopyButton } from "../../../ui/value/CopyId.tsx";
import { CodeField, refusalOfCode } from "../fields/CodeField.tsx";
import { FormRefusal } from "../fields/FormRefusal.tsx";
import { SendButton } from "../fields/SendButton.tsx";
import { useWait } from "../fields/use-wait.ts";
import { confirmSecondFactor } from "../session-api.ts";
import { QrCode } from "./QrCode.tsx";

type ConfirmFactorProps = { made: SecondFactorSetUp; onBack: () => void; onConfirmed: () => void };

/** Shows what goes into the authenticator app, and asks for a first code to see that it works. */
export function ConfirmFactor({ made, onBack, onConfirmed }: ConfirmFactorProps) {
  const [code, setCode] = useState("");
  const [tried, setTried] = useState(false);
  const confirming = useMutation({
    mutationFn: () => confirmSecondFactor(code),
    onSuccess: onConfirmed,
    onError: () => {
      setCode("");
      setTried(false);
    },
  });
  const waitS = useWait(confirming.error);
  const error = refusalOfCode(code);
  const send = () => {
    setTried(true);
    if (error === undefined) confirming.mutate();
  };
  return (
    <Form className="account-form" busy={confirming.isPending} onSend={send}>
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
          <CodeField value={code} onChange={setCode} error={tried ? error : undefined} />
          <div className="row wraps">
            <SendButton look="primary" busy={confirming.isPending} waitS={waitS}>
              Switch it on
            </SendButton>
            <Button onClick={onBack}>Start over</Button>
          </div>
        </li>
      </ol>
    </Form>
  );
}

/** `ABCD EFGH …`: easier to type. */
function inGroups(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, "$1 ");
}
