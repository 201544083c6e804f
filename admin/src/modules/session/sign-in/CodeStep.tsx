import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { arrive } from "../../../api/session/session-store.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { CodeField, refusalOfCode } from "../fields/CodeField.tsx";
import { FormRefusal } from "../fields/FormRefusal.tsx";
import { useWait, waitWords } from "../fields/use-wait.ts";
import { signInWithCode } from "../session-api.ts";
import { useFirstField } from "./PasswordStep.tsx";

/** The second factor: a code of the authenticator app, or one of the backup codes. */
export function CodeStep({ onBack }: { onBack: () => void }) {
  const [code, setCode] = useState("");
  const [backup, setBackup] = useState(false);
  const [tried, setTried] = useState(false);
  const form = useFirstField();
  const enter = useMutation({
    mutationFn: async () => {
      await signInWithCode(backup ? code.trim() : code.replaceAll(" ", ""));
      await arrive();
    },
    // A code works once: the next attempt begins with an empty field.
    onError: () => {
      setCode("");
      setTried(false);
    },
  });
  const waitS = useWait(enter.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (refusalOfCode(code, backup) === undefined && waitS === 0 && !enter.isPending) enter.mutate();
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
      <form ref={form} noValidate className="alone-form" onSubmit={submit}>
        <FormRefusal error={enter.error} waitS={waitS} />
        <CodeField
          value={code}
          onChange={setCode}
          backup={backup}
          error={tried ? refusalOfCode(code, backup) : undefined}
          hint={
            backup ? "Each backup code works once." : "Open the app on your phone and type the six digits."
          }
        />
        <Button
          large
          look="primary"
          type="submit"
          busy={enter.isPending}
          disabledReason={waitS > 0 ? `Wait ${waitWords(waitS)} before the next attempt.` : undefined}
        >
          Sign in
        </Button>
      </form>
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
