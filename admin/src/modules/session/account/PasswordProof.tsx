import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Form } from "../../../ui/form/Form.tsx";
import { Button } from "../../../ui/page/Button.tsx";
import { FormRefusal, issueOf } from "../fields/FormRefusal.tsx";
import { PasswordField } from "../fields/PasswordField.tsx";
import { SendButton } from "../fields/SendButton.tsx";
import { useWait } from "../fields/use-wait.ts";

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
  const proving = useMutation({ mutationFn: prove });
  const waitS = useWait(proving.error);
  const send = () => {
    setTried(true);
    if (password !== "") proving.mutate(password);
  };
  const missing = tried && password === "" ? "Type your password." : undefined;
  return (
    <Form comesFocused className="account-form" busy={proving.isPending} onSend={send}>
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
        <SendButton look={dangerous ? "danger" : "primary"} busy={proving.isPending} waitS={waitS}>
          {button}
        </SendButton>
        {onBack !== undefined && <Button onClick={onBack}>Not now</Button>}
      </div>
    </Form>
  );
}
