import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { arrive } from "../../../api/session/session-store.ts";
import { Form } from "../../../ui/form/Form.tsx";
import { EmailField, refusalOfEmail } from "../fields/EmailField.tsx";
import { FormRefusal } from "../fields/FormRefusal.tsx";
import { PasswordField } from "../fields/PasswordField.tsx";
import { SendButton } from "../fields/SendButton.tsx";
import { useWait } from "../fields/use-wait.ts";
import { signIn } from "../session-api.ts";

/** E-mail and password. */
export function PasswordStep({ onCodeNeeded }: { onCodeNeeded: () => void }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const enter = useMutation({
    mutationFn: async () => {
      const { status } = await signIn(email.trim(), password);
      if (status === "signed_in") await arrive();
      return status;
    },
    onSuccess: (status) => {
      if (status === "second_factor_needed") onCodeNeeded();
    },
  });
  const waitS = useWait(enter.error);
  const emailError = refusalOfEmail(email);
  const passwordError = password === "" ? "Type your password." : undefined;
  const send = () => {
    setTried(true);
    if (emailError === undefined && passwordError === undefined) enter.mutate();
  };
  return (
    <Form comesFocused className="alone-form" busy={enter.isPending} onSend={send}>
      <FormRefusal error={enter.error} waitS={waitS} />
      <EmailField value={email} onChange={setEmail} error={tried ? emailError : undefined} />
      <PasswordField
        label="Password"
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        error={tried ? passwordError : undefined}
      />
      <SendButton large look="primary" busy={enter.isPending} waitS={waitS}>
        Sign in
      </SendButton>
    </Form>
  );
}
