import { useState } from "react";
import { safeReturn } from "../../../api/session/session-place.ts";
import { useSession } from "../../../api/session/use-session.ts";
import { useSearchParams } from "../../../ui/link/search-params.ts";
import { useDocumentTitle } from "../../../ui/page/document-title.ts";
import { StandAlone } from "../StandAlone.tsx";
import { CodeStep } from "./CodeStep.tsx";
import { NeedsSetUp } from "./NeedsSetUp.tsx";
import { PasswordStep } from "./PasswordStep.tsx";
import { SingleSignOn } from "./SingleSignOn.tsx";
import { reasonWords } from "./sign-in-words.ts";

/** Where one signs in; the frame leads on from here once that is done. */
export function SignInPage() {
  useDocumentTitle("Sign in");
  const [search] = useSearchParams();
  const { sign_in, needs_set_up, is_local } = useSession();
  const [step, setStep] = useState<"password" | "code">("password");
  if (step === "code") {
    return (
      <StandAlone foot="Lost the app and the backup codes? An administrator can reset your second factor.">
        <CodeStep onBack={() => setStep("password")} />
      </StandAlone>
    );
  }
  const reason = reasonWords(search.reason);
  const single = sign_in.single_sign_on;
  const byPassword = sign_in.password || (single === null && !needs_set_up);
  const foot = needs_set_up ? undefined : <Forgotten local={is_local} />;
  return (
    <StandAlone foot={foot}>
      <h1>Sign in</h1>
      {reason !== null && (
        <p className="sign-in-reason" role="status">
          {reason}
        </p>
      )}
      {needs_set_up && <NeedsSetUp local={is_local} />}
      {byPassword && <PasswordStep onCodeNeeded={() => setStep("code")} />}
      {byPassword && single !== null && (
        <p className="or" aria-hidden="true">
          or
        </p>
      )}
      {single !== null && (
        <SingleSignOn name={single.name} returnTo={safeReturn(search.to)} primary={!byPassword} />
      )}
    </StandAlone>
  );
}

function Forgotten({ local }: { local: boolean }) {
  return (
    <details>
      <summary>Cannot sign in?</summary>
      <p>
        An administrator gives you a new one-time link on your page under Users. Whoever owns the server's
        machine makes one there:{" "}
        <code>{local ? "npm run cw -- sign-in-link" : "coursewright create-admin"}</code>.
      </p>
    </details>
  );
}
