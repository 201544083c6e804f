import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "../../../ui/page/Button.tsx";
import { FormRefusal, issueOf } from "../fields/FormRefusal.tsx";
import { PasswordField } from "../fields/PasswordField.tsx";
import { useWait, waitWords } from "../fields/use-wait.ts";
import { useFirstField } from "../sign-in/PasswordStep.tsx";

type PasswordProofProps = {
  /** What follows. */
  text: string;
  button: string;
  dangerous: boolean;
  /** Does what the password was asked for. */
  prove: (password: string) => Promise<void>;
  /** The way back without doing it; undefined where there is none. */
  onBack: (() => void) | undefined;
};

/** Asks for the password once more before how one signs in is changed. */
export function PasswordProof({ text, button, dangerous, prove, onBack }: PasswordProofProps) {
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const form = useFirstField();
  const proving = useMutation({ mutationFn: prove });
  const waitS = useWait(proving.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (password !== "" && waitS === 0 && !proving.isPending) proving.mutate(password);
  };
  const missing = tried && password === "" ? "Type your password." : undefined;
  return (
    <form ref={form} noValidate className="account-form" onSubmit={submit}>
      <p className="account-text">{text}</p>
      <FormRefusal error={proving.error} waitS={waitS} elsewhere={["password_wrong"]} />
      <PasswordField
        label="Your password"
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        error={missing ?? issueOf(proving.error, "password", ["password_wrong"])}
      />
      <div className="row wraps">
        <Button
          type="submit"
          look={dangerous ? "danger" : "primary"}
          busy={proving.isPending}
          disabledReason={waitS > 0 ? `Wait ${waitWords(waitS)} before the next attempt.` : undefined}
        >
          {button}
        </Button>
        {onBack !== undefined && <Button onClick={onBack}>Not now</Button>}
      </div>
    </form>
  );
}
