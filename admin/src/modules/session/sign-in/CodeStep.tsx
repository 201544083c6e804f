import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { arrive } from "../../../api/session/session-store.ts";
import { Form } from "../../../ui/form/Form.tsx";
import { CodeField, refusalOfCode } from "../fields/CodeField.tsx";
import { FormRefusal } from "../fields/FormRefusal.tsx";
import { SendButton } from "../fields/SendButton.tsx";
import { useWait } from "../fields/use-wait.ts";
import { signInWithCode } from "../session-api.ts";

/** The second factor: a code of the authenticator app, or one of the backup codes. */
export function CodeStep({ onBack }: { onBack: () => void }) {
  const [code, setCode] = useState("");
  const [backup, setBackup] = useState(false);
  const [tried, setTried] = useState(false);
  const enter = useMutation({
    mutationFn: async () => {
      await signInWithCode(code);
      await arrive();
    },
    // A code works once: the next attempt begins with an empty field.
    onError: () => {
      setCode("");
      setTried(false);
    },
  });
  const waitS = useWait(enter.error);
  const error = refusalOfCode(code, backup);
  const send = () => {
    setTried(true);
    if (error === undefined) enter.mutate();
  };
  const change = () => {
    setBackup(!backup);
    setCode("");
    setTried(false);
    enter.reset();
  };
  return (
    <>
      <h1>Second factor</h1>
      <Form comesFocused className="alone-form" busy={enter.isPending} onSend={send}>
        <FormRefusal error={enter.error} waitS={waitS} />
        <CodeField
          value={code}
          onChange={setCode}
          backup={backup}
          error={tried ? error : undefined}
          hint={
            backup ? "Each backup code works once." : "Open the app on your phone and type the six digits."
          }
        />
        <SendButton large look="primary" busy={enter.isPending} waitS={waitS}>
          Sign in
        </SendButton>
      </Form>
      <div className="alone-switches">
        <button type="button" className="link" onClick={change}>
          {backup ? "Use the authenticator app" : "Use a backup code"}
        </button>
        <button type="button" className="link" onClick={onBack}>
          Start over
        </button>
      </div>
    </>
  );
}
