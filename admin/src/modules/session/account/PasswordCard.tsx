import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { arrive } from "../../../api/session/session-store.ts";
import { usePerson, useSession } from "../../../api/session/use-session.ts";
import { Form } from "../../../ui/form/Form.tsx";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { Card } from "../../../ui/page/Card.tsx";
import { EmailField, refusalOfEmail } from "../fields/EmailField.tsx";
import { FormRefusal, issueOf } from "../fields/FormRefusal.tsx";
import { NewPasswordField } from "../fields/NewPasswordField.tsx";
import { PasswordField } from "../fields/PasswordField.tsx";
import { refusalOf } from "../fields/password-strength.ts";
import { SendButton } from "../fields/SendButton.tsx";
import { useWait } from "../fields/use-wait.ts";
import { changePassword, type PasswordChange } from "../session-api.ts";

/** How one signs in: the first e-mail and password, a change of them, or that single sign-on does it. */
export function PasswordCard() {
  const { email } = usePerson();
  const { has_password, sign_in } = useSession();
  return (
    <Card title="E-mail and password" padded>
      {has_password === true || email === null ? (
        <PasswordForm known={email} />
      ) : (
        <p className="account-text">
          You sign in as <strong>{email}</strong> through {sign_in.single_sign_on?.name ?? "single sign-on"}:
          there is no password here to keep or to change.
        </p>
      )}
    </Card>
  );
}

function useChange(onDone: () => void) {
  return useMutation({
    mutationFn: async (wanted: PasswordChange) => {
      await changePassword(wanted);
      await arrive();
    },
    onSuccess: (_nothing, { current_password }) => {
      onDone();
      const words =
        current_password === undefined
          ? "You can sign in with your e-mail and password from now on."
          : "It is changed, and your other sessions have ended.";
      showToast({ tone: "ok", words });
    },
  });
}

/** `known`: the address that one signs in with; null before there is one, and no password either. */
function PasswordForm({ known }: { known: string | null }) {
  const { name } = usePerson();
  const [email, setEmail] = useState(known ?? "");
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const isFirst = known === null;
  const isMoved = email.trim().toLowerCase() !== known;
  // An address can move alone.
  const movesAlone = isMoved && !isFirst && password === "";
  const change = useChange(() => {
    setCurrent("");
    setPassword("");
    setTried(false);
  });
  const waitS = useWait(change.error);
  const refusals = {
    email: isMoved ? refusalOfEmail(email) : undefined,
    current: isFirst || current !== "" ? undefined : "Type the password that you have now.",
    password: movesAlone ? undefined : refusalOf(password),
  };
  const shown: Partial<typeof refusals> = tried ? refusals : {};
  const send = () => {
    setTried(true);
    if (Object.values(refusals).some((refusal) => refusal !== undefined)) return;
    change.mutate({
      ...(isFirst ? {} : { current_password: current }),
      ...(movesAlone ? {} : { new_password: password }),
      ...(isMoved ? { email: email.trim() } : {}),
    });
  };
  return (
    <Form className="account-form" busy={change.isPending} onSend={send}>
      <Lead known={known} />
      <FormRefusal error={change.error} waitS={waitS} elsewhere={codesAtFields} />
      <EmailField
        value={email}
        onChange={setEmail}
        error={shown.email ?? issueOf(change.error, "email", ["email_taken"])}
      />
      {!isFirst && (
        <PasswordField
          label="Current password"
          value={current}
          onChange={setCurrent}
          autoComplete="current-password"
          error={shown.current ?? issueOf(change.error, "current_password", ["password_wrong"])}
        />
      )}
      <NewPasswordField
        label={isFirst ? "Password" : "New password"}
        value={password}
        onChange={setPassword}
        own={[name, email]}
        error={shown.password ?? issueOf(change.error, "new_password", ["password_weak"])}
      />
      <div>
        <SendButton busy={change.isPending} waitS={waitS}>
          {sendWords(isFirst, movesAlone)}
        </SendButton>
      </div>
    </Form>
  );
}

const codesAtFields = ["password_weak", "password_wrong", "email_taken"];

function sendWords(isFirst: boolean, movesAlone: boolean): string {
  if (isFirst) return "Set e-mail and password";
  return movesAlone ? "Change the e-mail" : "Change the password";
}

function Lead({ known }: { known: string | null }) {
  return (
    <p className="account-text">
      {known === null ? (
        "Give this account an e-mail and a password, to sign in from anywhere. So far it is signed in by one-time links of this machine; with a password they are needed no more."
      ) : (
        <>
          You sign in as <strong>{known}</strong>.
        </>
      )}
    </p>
  );
}
