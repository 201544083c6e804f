import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { answerFreshSignIn } from "../../../api/session/fresh-sign-in.ts";
import { useSession } from "../../../api/session/use-session.ts";
import { Dialog, FormDialog } from "../../../ui/overlay/Dialog.tsx";
import { Button } from "../../../ui/page/Button.tsx";
import { FormRefusal, issueOf } from "../fields/FormRefusal.tsx";
import { PasswordField } from "../fields/PasswordField.tsx";
import { useWait, waitWords } from "../fields/use-wait.ts";
import { renewSession } from "../session-api.ts";
import { SingleSignOn } from "../sign-in/SingleSignOn.tsx";

type Asked = { askedAt: number; open: boolean };

/** Asks who one is before access is handed out, wherever on a page that was asked for, and lets it go on. */
export function FreshSignInDialog() {
  const { has_password } = useSession();
  const [asked, setAsked] = useState<Asked>({ askedAt: 0, open: false });
  const answer = useRef<(isFresh: boolean) => void>(() => undefined);
  useEffect(() => {
    const stop = answerFreshSignIn(
      () =>
        new Promise((resolve) => {
          answer.current = resolve;
          setAsked({ askedAt: Date.now(), open: true });
        }),
    );
    return () => {
      stop();
      answer.current(false);
    };
  }, []);
  const end = (isFresh: boolean) => {
    setAsked((now) => ({ ...now, open: false }));
    answer.current(isFresh);
  };
  const Way = has_password === true ? ByPassword : Elsewhere;
  return <Way key={asked.askedAt} open={asked.open} onEnd={end} />;
}

type WayProps = { open: boolean; onEnd: (isFresh: boolean) => void };

const title = "Show that it is you";
const reason = "What comes next hands out access or takes a secret.";

function ByPassword({ open, onEnd }: WayProps) {
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const proving = useMutation({ mutationFn: renewSession, onSuccess: () => onEnd(true) });
  const waitS = useWait(proving.error);
  const missing = tried && password === "" ? "Type your password." : undefined;
  return (
    <FormDialog
      open={open}
      title={title}
      sendWord="Go on"
      busy={proving.isPending}
      disabledReason={waitS > 0 ? `Wait ${waitWords(waitS)} before the next attempt.` : undefined}
      onSend={() => {
        setTried(true);
        if (password !== "") proving.mutate(password);
      }}
      onClose={() => onEnd(false)}
    >
      <p className="text-2">{reason} Type your password; it is not asked for again for 15 minutes.</p>
      <PasswordField
        comesFocused
        label="Your password"
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        error={missing ?? issueOf(proving.error, "password", ["password_wrong"])}
      />
      <FormRefusal error={proving.error} waitS={waitS} elsewhere={["password_wrong"]} />
    </FormDialog>
  );
}

/** For whoever has no password: the way on is another sign-in. */
function Elsewhere({ open, onEnd }: WayProps) {
  const { single_sign_on } = useSession().sign_in;
  const close = () => onEnd(false);
  return (
    <Dialog
      open={open}
      onClose={close}
      title={title}
      footer={
        <Button large onClick={close}>
          Not now
        </Button>
      }
    >
      <div className="stack">
        {single_sign_on === null ? (
          <p className="text-2">
            {reason} Your account has no password, so sign in anew: whoever runs the server prints a link with{" "}
            <code>npm run cw -- create-admin</code>.
          </p>
        ) : (
          <>
            <p className="text-2">
              {reason} Sign in once more: you come back to this page and begin again with what you were doing.
            </p>
            <SingleSignOn
              primary
              name={single_sign_on.name}
              returnTo={window.location.pathname + window.location.search}
            />
          </>
        )}
      </div>
    </Dialog>
  );
}
