import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { arrive } from "../../../api/session/session-store.ts";
import { usePerson, useSession } from "../../../api/session/use-session.ts";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { Card } from "../../../ui/page/Card.tsx";
import { EmailField, refusalOfEmail } from "../fields/EmailField.tsx";
import { FormRefusal, issueOf } from "../fields/FormRefusal.tsx";
import { NewPasswordField } from "../fields/NewPasswordField.tsx";
import { PasswordField } from "../fields/PasswordField.tsx";
import { refusalOf } from "../fields/password-strength.ts";
import { useWait, waitWords } from "../fields/use-wait.ts";
import { changePassword, type PasswordChange } from "../session-api.ts";

/** How one signs in: the first e-mail and password, a change of them, or that single sign-on does it. */
export function PasswordCard() {
  const { email } = usePerson();
  const { has_password, sign_in } = useSession();
  if (has_password === true) return <ChangePassword />;
  if (email === null) return <FirstPassword />;
  const provider = sign_in.single_sign_on?.name ?? "single sign-on";
  return (
    <Card title="E-mail and password" padded>
      <p className="account-text">
        You sign in as <strong>{email}</strong> through {provider}: there is no password here to keep or to
        change.
      </p>
    </Card>
  );
}

function useChange(onDone: () => void, words: string) {
  return useMutation({
    mutationFn: async (change: PasswordChange) => {
      await changePassword(change);
      await arrive();
    },
    onSuccess: () => {
      onDone();
      showToast({ tone: "ok", words });
    },
  });
}

function FirstPassword() {
  const { name } = usePerson();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const change = useChange(() => undefined, "You can sign in with your e-mail and password from now on.");
  const waitS = useWait(change.error);
  const refusals = { email: refusalOfEmail(email), password: refusalOf(password) };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (refusals.email !== undefined || refusals.password !== undefined) return;
    if (waitS === 0 && !change.isPending) change.mutate({ new_password: password, email: email.trim() });
  };
  return (
    <Card title="E-mail and password" padded>
      <form noValidate className="account-form" onSubmit={submit}>
        <p className="account-text">
          Give this account an e-mail and a password, to sign in from anywhere. So far it is signed in by
          one-time links of this machine; with a password they are needed no more.
        </p>
        <FormRefusal error={change.error} waitS={waitS} elsewhere={["password_weak", "email_taken"]} />
        <EmailField
          value={email}
          onChange={setEmail}
          error={(tried ? refusals.email : undefined) ?? issueOf(change.error, "email", ["email_taken"])}
        />
        <NewPasswordField
          label="Password"
          value={password}
          onChange={setPassword}
          own={[name, email]}
          error={
            (tried ? refusals.password : undefined) ??
            issueOf(change.error, "new_password", ["password_weak"])
          }
        />
        <SaveButton busy={change.isPending} waitS={waitS}>
          Set e-mail and password
        </SaveButton>
      </form>
    </Card>
  );
}

function ChangePassword() {
  const { name, email: known } = usePerson();
  const [email, setEmail] = useState(known ?? "");
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const isMoved = email.trim().toLowerCase() !== known;
  const empty = () => {
    setCurrent("");
    setPassword("");
    setTried(false);
  };
  const change = useChange(empty, "It is changed, and your other sessions have ended.");
  const waitS = useWait(change.error);
  const refusals = {
    email: isMoved ? refusalOfEmail(email) : undefined,
    current: current === "" ? "Type the password that you have now." : undefined,
    // An address can move alone.
    password: password === "" && isMoved ? undefined : refusalOf(password),
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.values(refusals).some((refusal) => refusal !== undefined)) return;
    if (waitS > 0 || change.isPending) return;
    change.mutate({
      current_password: current,
      ...(password === "" ? {} : { new_password: password }),
      ...(isMoved ? { email: email.trim() } : {}),
    });
  };
  return (
    <Card title="E-mail and password" padded>
      <form noValidate className="account-form" onSubmit={submit}>
        <p className="account-text">
          You sign in as <strong>{known}</strong>.
        </p>
        <FormRefusal
          error={change.error}
          waitS={waitS}
          elsewhere={["password_weak", "password_wrong", "email_taken"]}
        />
        <EmailField
          value={email}
          onChange={setEmail}
          error={(tried ? refusals.email : undefined) ?? issueOf(change.error, "email", ["email_taken"])}
        />
        <PasswordField
          label="Current password"
          value={current}
          onChange={setCurrent}
          autoComplete="current-password"
          error={
            (tried ? refusals.current : undefined) ??
            issueOf(change.error, "current_password", ["password_wrong"])
          }
        />
        <NewPasswordField
          label="New password"
          value={password}
          onChange={setPassword}
          own={[name, email]}
          error={
            (tried ? refusals.password : undefined) ??
            issueOf(change.error, "new_password", ["password_weak"])
          }
        />
        <SaveButton busy={change.isPending} waitS={waitS}>
          {isMoved && password === "" ? "Change the e-mail" : "Change the password"}
        </SaveButton>
      </form>
    </Card>
  );
}

function SaveButton({ busy, waitS, children }: { busy: boolean; waitS: number; children: string }) {
  return (
    <div>
      <Button
        type="submit"
        busy={busy}
        disabledReason={waitS > 0 ? `Wait ${waitWords(waitS)} before the next attempt.` : undefined}
      >
        {children}
      </Button>
    </div>
  );
}
