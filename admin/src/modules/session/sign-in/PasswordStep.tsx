import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { arrive } from "../../../api/session/session-store.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { EmailField, refusalOfEmail } from "../fields/EmailField.tsx";
import { FormRefusal } from "../fields/FormRefusal.tsx";
import { PasswordField } from "../fields/PasswordField.tsx";
import { useWait, waitWords } from "../fields/use-wait.ts";
import { signIn } from "../session-api.ts";

/** E-mail and password. */
export function PasswordStep({ onCodeNeeded }: { onCodeNeeded: () => void }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const form = useFirstField();
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
  const emailError = tried ? refusalOfEmail(email) : undefined;
  const passwordError = tried && password === "" ? "Type your password." : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (refusalOfEmail(email) === undefined && password !== "" && waitS === 0 && !enter.isPending)
      enter.mutate();
  };
  return (
    <form ref={form} noValidate className="alone-form" onSubmit={submit}>
      <FormRefusal error={enter.error} waitS={waitS} />
      <EmailField value={email} onChange={setEmail} error={emailError} />
      <PasswordField
        label="Password"
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        error={passwordError}
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
  );
}

/** Puts the keyboard into the first field of a form that has just come on show. */
export function useFirstField() {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLInputElement>("input:not([readonly])")?.focus(), []);
  return form;
}
